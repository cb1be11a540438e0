package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/grader/grader/schema"
)

const (
	// maxCredential bounds a credential, in bytes.
	maxCredential = 16 << 10
	// killAfter bounds a runner's clean-up after its server has died.
	killAfter = 15 * time.Second
)

// errParentGone is the cancellation cause after the server has died.
var errParentGone = errors.New("the server is gone")

// readCredential reads one line of JSON and nothing after it, because the end of the same pipe
// signals that the parent has ended.
func readCredential(r io.Reader) (schema.Credential, error) {
	var c schema.Credential
	line, err := readLine(r)
	if err != nil {
		return c, &schema.Error{Code: schema.CodeInvalid, Message: "the credential could not be read; a pool starts runners, people do not", Err: err}
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, &schema.Error{Code: schema.CodeInvalid, Message: "the credential is not what this version expects", Err: err}
	}
	if c.URL == "" || c.Token == "" && c.Identity == "" || c.Flavour == "" {
		return c, schema.Errorf(schema.CodeInvalid, "the credential lacks its URL, flavour, or both token and identity")
	}
	return c, nil
}

// keepPrivate prevents programs that the runner starts from inheriting the credential's
// descriptor.
func keepPrivate(credential io.Reader) error {
	f, ok := credential.(*os.File)
	if !ok {
		return nil
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return fmt.Errorf("credential: %w", err)
	}
	return raw.Control(func(fd uintptr) { syscall.CloseOnExec(int(fd)) })
}

// readLine reads up to a newline or the end, one byte at a time, so that it reads nothing after it.
func readLine(r io.Reader) ([]byte, error) {
	var line []byte
	one := make([]byte, 1)
	for len(line) < maxCredential {
		n, err := r.Read(one)
		if n == 1 && one[0] == '\n' || errors.Is(err, io.EOF) && len(line)+n > 0 {
			return append(line, one[:n]...), nil
		}
		if err != nil {
			return nil, err
		}
		line = append(line, one[:n]...)
	}
	return nil, schema.Errorf(schema.CodeLimit, "longer than %d bytes", maxCredential)
}

// endWithParent waits until the parent's pipe ends, which means that the server has ended. It then
// cancels the runner, and kills it if it has not finished after killAfter.
func endWithParent(parent io.Reader, cancel context.CancelCauseFunc, finished <-chan struct{}) {
	_, _ = io.Copy(io.Discard, parent)
	cancel(errParentGone)
	timer := time.NewTimer(killAfter)
	defer timer.Stop()
	select {
	case <-finished:
	case <-timer.C:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
}
