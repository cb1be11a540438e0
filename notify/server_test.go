package notify_test

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/grader/grader/notify"
	"github.com/grader/grader/schema"
)

// letter is an e-mail that the server accepted.
type letter struct {
	from, to string
	raw      string
	*mail.Message
}

// postOffice is a mail server for tests. A function that is set can refuse.
type postOffice struct {
	t       *testing.T
	server  *smtp.Server
	address *net.TCPAddr
	doors   net.Listener
	roots   *x509.CertPool

	mechanism string // of sign-ins; "" means PLAIN

	mu       sync.Mutex
	letters  []letter
	sessions int
	mailFrom func(from string) error
	rcpt     func(to string) error
	data     func() error
}

// newPostOffice starts a server that offers STARTTLS unless plain is set. It accepts the password
// "secret" of the user "grader".
func newPostOffice(t *testing.T, utf8, plain bool) *postOffice {
	t.Helper()
	p := &postOffice{t: t}
	p.server = smtp.NewServer(p)
	p.server.Domain, p.server.EnableSMTPUTF8, p.server.AllowInsecureAuth = "localhost", utf8, plain
	p.server.ErrorLog = log.New(io.Discard, "", 0)
	if !plain {
		p.server.TLSConfig = p.certificate()
	}
	p.listen("127.0.0.1:0")
	t.Cleanup(p.close)
	return p
}

func (p *postOffice) listen(address string) {
	p.t.Helper()
	l, err := net.Listen("tcp", address)
	check(p.t, err)
	p.doors, p.address = l, l.Addr().(*net.TCPAddr)
	go func() { _ = p.server.Serve(l) }()
}

// encrypt changes the server to TLS from the first byte.
func (p *postOffice) encrypt() {
	p.t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", p.server.TLSConfig)
	check(p.t, err)
	p.address = l.Addr().(*net.TCPAddr)
	go func() { _ = p.server.Serve(l) }()
}

// close stops the server, even one that does not serve yet.
func (p *postOffice) close() {
	_ = p.doors.Close() // it may be closed already
	_ = p.server.Close()
}

// certificate returns a TLS configuration with a certificate for localhost that nobody else trusts.
func (p *postOffice) certificate() *tls.Config {
	p.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(p.t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(p.t, err)
	parsed, err := x509.ParseCertificate(der)
	check(p.t, err)
	p.roots = x509.NewCertPool()
	p.roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// settings returns how to connect to the server.
func (p *postOffice) settings() notify.MailServer {
	s := notify.MailServer{Host: "localhost", Port: p.address.Port, Security: notify.StartTLS, Roots: p.roots}
	if p.server.TLSConfig == nil {
		s.Host, s.Security = "127.0.0.1", notify.NoTLS
	}
	return s
}

// NewSession implements smtp.Backend.
func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions++
	return &visit{office: p}, nil
}

// taken returns the e-mails that the server accepted.
func (p *postOffice) taken() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.letters
}

// visit is one session of a client.
type visit struct {
	office   *postOffice
	from, to string
}

func (v *visit) AuthMechanisms() []string { return []string{cmp.Or(v.office.mechanism, sasl.Plain)} }

func (*visit) Auth(mechanism string) (sasl.Server, error) {
	if mechanism == sasl.Login {
		return new(loginServer), nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return signIn(user, password) }), nil
}

func signIn(user, password string) error {
	if user != "grader" || password != "secret" {
		return smtp.ErrAuthFailed
	}
	return nil
}

// loginServer is the server's side of the mechanism LOGIN.
type loginServer struct{ answers []string }

// Next implements sasl.Server.
func (s *loginServer) Next(answer []byte) (challenge []byte, done bool, err error) {
	if answer != nil {
		s.answers = append(s.answers, string(answer))
	}
	switch len(s.answers) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, signIn(s.answers[0], s.answers[1])
}

func (*visit) Reset()        {}
func (*visit) Logout() error { return nil }

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.from = from
	if v.office.mailFrom != nil {
		return v.office.mailFrom(from)
	}
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	if v.office.rcpt != nil {
		return v.office.rcpt(to)
	}
	return nil
}

func (v *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if v.office.data != nil {
		if err := v.office.data(); err != nil {
			return err
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return errors.Join(errors.New("the e-mail cannot be read"), err)
	}
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	v.office.letters = append(v.office.letters, letter{v.from, v.to, string(raw), m})
	return nil
}

// TestFailedConversationIsClosed checks that the connection to a server without STARTTLS is closed.
func TestFailedConversationIsClosed(t *testing.T) {
	t.Parallel()
	doors, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { _ = doors.Close() })
	ended := make(chan error, 1)
	go func() {
		conn, err := doors.Accept()
		if err != nil {
			ended <- err
			return
		}
		defer func() { _ = conn.Close() }()
		lines := bufio.NewScanner(conn)
		_, _ = io.WriteString(conn, "220 localhost\r\n")
		for lines.Scan() {
			_, _ = io.WriteString(conn, "250 localhost\r\n")
		}
		ended <- lines.Err()
	}()
	server := notify.MailServer{Host: "127.0.0.1", Port: doors.Addr().(*net.TCPAddr).Port, Security: notify.StartTLS}
	if err := server.Check(t.Context()); err == nil {
		t.Error("a server without STARTTLS is accepted")
	}
	if err := <-ended; err != nil {
		t.Errorf("the connection ended with %v, want its end", err)
	}
}

// TestSignInOverTLS checks that a user can sign in to servers that offer one mechanism with
// readable passwords, over both kinds of TLS.
func TestSignInOverTLS(t *testing.T) {
	t.Parallel()
	for _, security := range []notify.Security{notify.StartTLS, notify.ImplicitTLS} {
		for _, mechanism := range []string{sasl.Plain, sasl.Login} {
			t.Run(string(security)+" "+mechanism, func(t *testing.T) {
				t.Parallel()
				p := newPostOffice(t, false, false)
				p.mechanism = mechanism
				if security == notify.ImplicitTLS {
					p.encrypt()
				}
				s := p.settings()
				s.Security, s.User, s.Password = security, "grader", "secret"
				check(t, s.Check(t.Context()))
				s.Password = "wrong"
				if err := s.Check(t.Context()); schema.CodeOf(err) != schema.CodeForbidden {
					t.Errorf("a wrong password: %v", err)
				}
			})
		}
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
