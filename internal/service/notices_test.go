package service_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// letters is a mail server that passes the received e-mails to the test.
type letters chan string

// visit is one session of a client.
type visit struct{ letters }

func (l letters) NewSession(*smtp.Conn) (smtp.Session, error) { return &visit{l}, nil }

func (*visit) Reset()                                    {}
func (*visit) Logout() error                             { return nil }
func (*visit) Mail(string, *smtp.MailOptions) error      { return nil }
func (*visit) Rcpt(to string, _ *smtp.RcptOptions) error { return nil }

func (v *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	v.letters <- string(raw)
	return err
}

// quiet returns a service without runners. The test changes its configuration before it starts.
func quiet(t *testing.T, change func(*service.Service)) *service.Service {
	t.Helper()
	dir, err := os.MkdirTemp("", "n") // a short path: unix sockets have 107 bytes
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, name := range []string{"grader", "grader-hook"} { // the programs are not started here
		check(t, os.WriteFile(filepath.Join(dir, name), nil, 0o700))
	}
	config := configs.Default()
	standard := config.Flavours["standard"]
	standard.Warm = 0
	config.Flavours["standard"] = standard
	s := &service.Service{Data: filepath.Join(dir, "data"), SSH: "127.0.0.1:0", Web: "127.0.0.1:0", Bin: dir, Config: config, Version: "v0", Logger: slog.New(slog.DiscardHandler)}
	change(s)
	return s
}

// prepared creates a data directory in which alice has added an address, with the code waiting
// in the outbox.
func prepared(t *testing.T, data string) {
	t.Helper()
	check(t, os.MkdirAll(data, 0o700))
	st, err := store.Open(t.Context(), filepath.Join(data, service.Database), store.Options{})
	check(t, err)
	user, err := st.AddUser(t.Context(), schema.Operator(), schema.User{Login: "alice"})
	check(t, err)
	room := classroom.New(classroom.Options{Store: st, Notices: classroom.NoticeChannels{Mail: true}})
	_, err = room.Notices.Add(t.Context(), schema.Actor{User: user, Channel: schema.ChannelSSH}, classroom.NewDestination{Channel: schema.NoticeMail, Address: "alice@example.org"})
	check(t, err)
	check(t, st.Close())
}

// TestServiceSendsWhatWaited starts a service with a code in the outbox, receives the code and
// confirms the address.
func TestServiceSendsWhatWaited(t *testing.T) {
	t.Parallel()
	taken := make(letters, 1)
	server := smtp.NewServer(taken)
	server.Domain = "localhost"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // serves until it is closed
	}()
	t.Cleanup(func() {
		_ = l.Close()
		_ = server.Close()
		<-done
	})
	s := quiet(t, func(s *service.Service) {
		s.Config.PublicURL = "https://grader.example.edu"
		s.Config.SMTP = &configs.SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: "none", From: "grader@example.edu"}
	})
	prepared(t, s.Data)
	check(t, s.Start(t.Context()))
	t.Cleanup(func() { check(t, s.Stop(context.WithoutCancel(t.Context()))) })
	letter := strings.ReplaceAll(<-taken, "=\r\n", "")
	if !regexp.MustCompile(`https://grader\.example\.edu/-/notifications/confirm\?code=3D[0-9A-Z-]{19}`).MatchString(letter) || !strings.Contains(letter, "To: <alice@example.org>") {
		t.Errorf("the e-mail is %q", letter)
	}
}
