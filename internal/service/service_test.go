package service_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/crypto/ssh"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

// The code highlighter has a timer that runs for a moment after its last use.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

// running is a service without runners on a new data directory.
type running struct {
	*service.Service
	t *testing.T
}

func start(t *testing.T) *running {
	t.Helper()
	dir, err := os.MkdirTemp("", "s") // a short path: unix sockets have 107 bytes
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, name := range []string{"grader", "grader-hook"} { // the programs are not started here
		check(t, os.WriteFile(filepath.Join(dir, name), nil, 0o700))
	}
	config := configs.Default()
	standard := config.Flavours["standard"]
	standard.Warm = 0
	config.Flavours["standard"] = standard
	s := &running{&service.Service{
		Data: filepath.Join(dir, "data"), SSH: "127.0.0.1:0", Web: "127.0.0.1:0", Bin: dir,
		Config: config, Version: "v0", Logger: slog.New(slog.DiscardHandler), // no Clock: the service uses the machine's time
	}, t}
	check(t, s.Start(t.Context()))
	t.Cleanup(s.stop)
	return s
}

func (s *running) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	check(s.t, s.Stop(ctx))
}

// ask runs an operation over the operator's socket, like `grader admin`.
func (s *running) ask(operation string, args any) {
	s.t.Helper()
	body, err := json.Marshal(args)
	check(s.t, err)
	if _, err := service.Call(s.t.Context(), s.Data, operation, body); err != nil {
		s.t.Fatalf("%s: %v", operation, err)
	}
}

// dial connects as the person with the key.
func (s *running) dial(signer ssh.Signer) *ssh.Client {
	s.t.Helper()
	c, err := ssh.Dial("tcp", s.SSHAddress(), &ssh.ClientConfig{User: "grader", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	check(s.t, err)
	s.t.Cleanup(func() { _ = c.Close() }) // the server may have closed it
	return c
}

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	check(t, err)
	return signer
}

// TestStartAndStop starts two services at the same time on free ports, and then each one again on its data directory.
func TestStartAndStop(t *testing.T) {
	t.Parallel()
	first, second := start(t), start(t)
	if first.SSHAddress() == second.SSHAddress() || first.WebURL() == second.WebURL() {
		t.Errorf("both listen on %s and %s", first.SSHAddress(), first.WebURL())
	}
	for _, s := range []*running{first, second} {
		response, err := http.Get(s.WebURL() + "/readyz")
		check(t, err)
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("not ready: %s", response.Status)
		}
		other := &service.Service{Data: s.Data, SSH: s.SSH, Web: s.Web, Bin: s.Bin, Config: s.Config, Logger: s.Logger, Clock: s.Clock}
		if err := other.Start(t.Context()); schema.CodeOf(err) != schema.CodeConflict || !strings.Contains(err.Error(), "another grader") {
			t.Errorf("a second service on the same data: %v", err)
		}
		s.stop()
		s.stop()
		check(t, s.Start(t.Context()))
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestFailedStartLeavesNothing starts a service with a site port that is in use.
func TestFailedStartLeavesNothing(t *testing.T) {
	t.Parallel()
	first := start(t)
	second := start(t)
	second.stop()
	second.Web = strings.TrimPrefix(first.WebURL(), "http://")
	if err := second.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Fatalf("it started: %v", err)
	}
	second.Web = "127.0.0.1:0"
	check(t, second.Start(t.Context())) // the directory and its sockets are free again
}

// TestOperatorEndsOpenConnections removes a key, and then disables the account, over the
// operator's socket.
func TestOperatorEndsOpenConnections(t *testing.T) {
	t.Parallel()
	s := start(t)
	stolen, own := newSigner(t), newSigner(t)
	public := func(k ssh.Signer) string { return string(ssh.MarshalAuthorizedKey(k.PublicKey())) }
	s.ask("user.add", classroom.NewUser{Login: "alice", Keys: []string{public(stolen) + public(own)}})
	first, second := s.dial(stolen), s.dial(own)
	s.ask("key.remove", service.AccountArgs{Login: "alice", Fingerprint: ssh.FingerprintSHA256(stolen.PublicKey())})
	if err := first.Wait(); err == nil {
		t.Error("the removed key's connection ended in order")
	}
	session, err := second.NewSession()
	check(t, err)
	if out, err := session.CombinedOutput("whoami"); err != nil || !strings.Contains(string(out), "login  alice") {
		t.Errorf("the other key's connection: %v: %s", err, out)
	}
	s.ask("user.disable", service.AccountArgs{Login: "alice", Disabled: true})
	if err := second.Wait(); err == nil {
		t.Error("the disabled account's connection ended in order")
	}
}

// TestCall reports errors of operations with their code, and a missing server.
func TestCall(t *testing.T) {
	t.Parallel()
	s := start(t)
	reply, err := service.Call(t.Context(), s.Data, "users", []byte("{}"))
	if err != nil || string(reply) != "[]" && string(reply) != "null" {
		t.Errorf("users: %s, %v", reply, err)
	}
	if _, err := service.Call(t.Context(), s.Data, "user.add", []byte(`{"Login": "101"}`)); schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(err.Error(), "use at least one letter") {
		t.Errorf("a malformed login: %v", err)
	}
	if _, err := service.Call(t.Context(), s.Data, "no.such", []byte("{}")); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("an unknown operation: %v", err)
	}
	s.stop()
	if _, err := service.Call(t.Context(), s.Data, "users", []byte("{}")); !errors.Is(err, service.ErrNoServer) {
		t.Errorf("a stopped server: %v", err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
