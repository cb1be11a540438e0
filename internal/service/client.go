package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/grader/grader/schema"
)

// ErrNoServer is returned by Call if no server listens on the data directory.
var ErrNoServer = errors.New("no server runs on this data directory")

// Call runs one operation in the running server of a data directory, over its admin socket.
// Arguments and reply are JSON. CodeUnavailable: the server stopped before it answered; it
// may have run the operation.
func Call(ctx context.Context, root, operation string, arguments []byte) ([]byte, error) {
	socket := SocketOf(root, "admin")
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
		DisableKeepAlives: true,
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin/"+operation, bytes.NewReader(arguments))
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, callError(ctx, err)
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	if response.StatusCode == http.StatusOK {
		return reply, nil
	}
	var e schema.ErrorReply
	if err := json.Unmarshal(reply, &e); err != nil {
		return nil, fmt.Errorf("admin socket: %s: %s", response.Status, reply)
	}
	return nil, &schema.Error{Code: e.Code, Message: e.Message}
}

// callError classifies the error of a request without a response.
func callError(ctx context.Context, err error) error {
	var dial *net.OpError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &dial) && dial.Op == "dial":
		return ErrNoServer
	}
	// The server may have run the operation, so do not repeat it here.
	return schema.Errorf(schema.CodeUnavailable, "the server went away before it answered; look whether it was done, and try again")
}
