package command

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
)

// remoteFlags returns the program's flags for a remote server, which admin uses.
func remoteFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "server", Usage: "run admin commands on the server at this `URL`, over its HTTP API", EnvVars: []string{"GRADER_SERVER"}},
		&cli.StringFlag{Name: "token", Usage: "API `TOKEN` for --server; others on this machine can read it among the processes: better GRADER_TOKEN or --token-file", EnvVars: []string{"GRADER_TOKEN"}},
		&cli.StringFlag{Name: "token-file", Usage: "`FILE` that holds the token and that only you can read", EnvVars: []string{"GRADER_TOKEN_FILE"}},
	}
}

// remote is a server that admin calls over its HTTP API.
type remote struct{ base, token string }

// remoteOf returns the server in the flags, or nil if they name none.
func remoteOf(c *cli.Context) (*remote, error) {
	root := programOf(c)
	server := root.String("server")
	if server == "" {
		return nil, nil
	}
	if c.IsSet("data") {
		return nil, schema.Errorf(schema.CodeInvalid, "--server (or GRADER_SERVER) and --data (or GRADER_DATA) name two servers; use one of them")
	}
	u, err := url.Parse(server)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil:
		return nil, schema.Errorf(schema.CodeInvalid, "--server %q: write the address of the site, such as https://grader.example.org", server)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, schema.Errorf(schema.CodeInvalid, "--server %q: http would send the token readably over the network; use https", server)
	}
	token, err := apiTokenOf(root)
	return &remote{strings.TrimSuffix(server, "/"), token}, err
}

// programOf returns the context of the program's own flags, because a command may have a
// flag of the same name.
func programOf(c *cli.Context) *cli.Context {
	root := c
	for _, up := range c.Lineage() {
		if up.App != nil {
			root = up
		}
	}
	return root
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// apiTokenOf returns the token of the flags or of the environment.
func apiTokenOf(c *cli.Context) (string, error) {
	if token := strings.TrimSpace(c.String("token")); token != "" {
		return token, nil
	}
	file := c.String("token-file")
	if file == "" {
		return "", schema.Errorf(schema.CodeInvalid, "--server needs a token: set GRADER_TOKEN, or --token-file FILE. Make one over ssh: token create NAME --scope write")
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", schema.Errorf(schema.CodeInvalid, "--token-file: %s", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", schema.Errorf(schema.CodeInvalid, "--token-file: others can read %s; do first: chmod 600 %s", file, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", schema.Errorf(schema.CodeInvalid, "--token-file: %s", err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return "", schema.Errorf(schema.CodeInvalid, "--token-file: %s is empty", file)
	}
	return string(bytes.TrimSpace(text)), nil
}

// call runs one operation of admin on the server. Arguments and reply are JSON. If the connection
// breaks, it sends the request once more, with the same Idempotency-Key, so that the server does not
// run the operation twice. It waits while the server still runs it.
func (r *remote) call(ctx context.Context, operation string, arguments []byte) ([]byte, error) {
	key := rand.Text()
	for again := false; ; {
		response, err := r.send(ctx, operation, key, arguments)
		switch {
		case err == nil && response.status == http.StatusOK:
			return response.body, nil
		case err == nil && again && response.wait >= 0:
			if err := pause(ctx, response.wait); err != nil {
				return nil, err
			}
		case err == nil:
			return nil, r.problem(response)
		case again || ctx.Err() != nil || notReached(err):
			return nil, r.unreachable(ctx, err, again)
		default:
			again = true
		}
	}
}

// remoteReply is the server's response to an operation.
type remoteReply struct {
	status   int
	line     string // status with its text
	location string
	wait     time.Duration // time until the next try while the operation still runs; -1: it does not run
	body     []byte
}

// send sends a request once.
func (r *remote) send(ctx context.Context, operation, key string, arguments []byte) (remoteReply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+"/api/v1/admin/"+operation, bytes.NewReader(arguments))
	if err != nil {
		return remoteReply{}, err
	}
	request.GetBody = nil // call sends the request again, not http.Client
	request.Header.Set("Authorization", "Bearer "+r.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", `"`+key+`"`)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return remoteReply{}, err
	}
	defer response.Body.Close()
	reply := remoteReply{status: response.StatusCode, line: response.Status, location: response.Header.Get("Location"), wait: -1}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && response.StatusCode == http.StatusConflict {
		reply.wait = time.Duration(seconds) * time.Second
	}
	reply.body, err = io.ReadAll(response.Body)
	return reply, err
}

// pause waits. The error says that ctx ended.
func pause(ctx context.Context, wait time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// notReached reports whether no connection to the server was made.
func notReached(err error) bool {
	dial := new(net.OpError)
	return errors.As(err, &dial) && dial.Op == "dial"
}

// unreachable returns the error for a request without a response, which may have been sent again. Its message says
// whether the server may have run the operation.
func (r *remote) unreachable(ctx context.Context, err error, again bool) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if dial := new(net.OpError); !again && errors.As(err, &dial) && dial.Op == "dial" {
		return schema.Errorf(schema.CodeUnavailable, "%s does not answer: %s", r.base, dial.Err)
	}
	if u := new(url.Error); errors.As(err, &u) {
		err = u.Err
	}
	return schema.Errorf(schema.CodeUnavailable, "%s went away before it answered: %s; look whether it was done, and try again", r.base, err)
}

// problem returns the error in the server's response.
func (r *remote) problem(response remoteReply) error {
	var p struct {
		Detail string      `json:"detail"`
		Code   schema.Code `json:"code"`
	}
	if err := json.Unmarshal(response.body, &p); err == nil && p.Code != "" {
		return &schema.Error{Code: p.Code, Message: p.Detail}
	}
	if response.location != "" {
		return schema.Errorf(schema.CodeInvalid, "%s leads to %s; give that address as --server", r.base, schema.Sanitize(response.location))
	}
	return fmt.Errorf("%s answers %s; is it a grader server?", r.base, response.line)
}
