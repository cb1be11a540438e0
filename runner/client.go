package runner

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

const (
	// maxAnswer bounds a JSON answer, in bytes: an order with many pins is the largest.
	maxAnswer = 16 << 20
	// callLimit bounds one attempt at a small message, treeLimit one attempt at a tree.
	callLimit = 30 * time.Second
	treeLimit = 5 * time.Minute
)

// client is the runner's side of schema.RunnerAPI.
type client struct {
	http     *http.Client
	root     string
	patience time.Duration
	secret   string
}

// newClient returns a client for "http://HOST:PORT", "https://…" or "unix:/PATH". ca holds the PEM
// certificates of the authorities that sign the server's certificate; "" means the system's.
func newClient(address, ca string, patience time.Duration) (*client, error) {
	t := &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, DisableCompression: true}
	c := &client{http: &http.Client{Transport: t}, root: strings.TrimSuffix(address, "/"), patience: patience}
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		c.root = "http://grader"
		t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
		return c, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, schema.Errorf(schema.CodeInvalid, "the server's address %q: use http://HOST:PORT or unix:/PATH", address)
	}
	if ca != "" {
		t.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM([]byte(ca)) {
			return nil, schema.Errorf(schema.CodeInvalid, "the server's certificates hold none in PEM form")
		}
	}
	return c, nil
}

func (c *client) close() { c.http.CloseIdleConnections() }

// call is one request, repeated while the server does not answer.
type call struct {
	method, path string
	body         []byte // sent again with each attempt
	stream       func(io.Writer) error
	limit        time.Duration // of one attempt; 0 is callLimit
	answer       func(r *http.Response) error
}

// do makes the call. An error answer of the server is a schema.Error and final, unless the
// server is unavailable or failed.
func (c *client) do(ctx context.Context, what call) error {
	return retry(ctx, c.patience, func(ctx context.Context) error { return c.once(ctx, what) })
}

// once makes the call once.
func (c *client) once(ctx context.Context, what call) error {
	limit := what.limit
	if limit == 0 {
		limit = callLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, what.method, c.root+schema.RunnerAPI+what.path, bytes.NewReader(what.body))
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if what.stream != nil {
		req.Body, req.ContentLength, req.GetBody = streamed(what.stream), -1, nil
	}
	if c.secret != "" {
		req.Header.Set("Authorization", "Bearer "+c.secret)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return unreached(err)
	}
	defer res.Body.Close()
	defer drain(res.Body)
	if res.StatusCode/100 != 2 {
		return refusal(res)
	}
	if what.answer == nil {
		return nil
	}
	return what.answer(res)
}

// unreached returns the error of a request without an answer. An unknown server certificate is a
// final error: the runner sends such a server nothing.
func unreached(err error) error {
	var unknown *tls.CertificateVerificationError
	if errors.As(err, &unknown) {
		return &schema.Error{Code: schema.CodeRefused, Message: "the server is not known by its certificate", Err: err}
	}
	return &schema.Error{Code: schema.CodeUnavailable, Message: "the server does not answer", Err: err}
}

// streamed returns a request body that a function writes while it is sent.
func streamed(write func(io.Writer) error) io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(write(w)) }()
	return r
}

// drain reads the short rest of a body so that the connection can be reused.
func drain(body io.Reader) { _, _ = io.CopyN(io.Discard, body, 64<<10) }

// refusal returns the error in an answer.
func refusal(res *http.Response) error {
	var said schema.ErrorReply
	if err := readJSON(res, &said); err != nil || said.Code == "" {
		return schema.Errorf(schema.CodeUnavailable, "the server answers %s", res.Status)
	}
	return &schema.Error{Code: said.Code, Message: said.Message}
}

// readJSON decodes a JSON answer. It ignores unknown fields, which a newer server may send; the
// protocol's number tells whether both sides are compatible.
func readJSON(res *http.Response, into any) error {
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(into); err != nil {
		return &schema.Error{Code: schema.CodeUnavailable, Message: "the server's answer broke off", Err: err}
	}
	return nil
}

// temporary reports whether the next attempt may succeed.
func temporary(err error) bool {
	var told *schema.Error
	if errors.Is(err, context.Canceled) || !errors.As(err, &told) {
		return false
	}
	return told.Code == schema.CodeUnavailable || told.Code == schema.CodeInternal
}
