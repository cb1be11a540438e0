package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/grader/grader/schema"
)

// smtpTimeout bounds each step of a conversation with the mail server.
const smtpTimeout = 30 * time.Second

// Security says how a connection to the mail server is encrypted.
type Security string

// The kinds of encryption.
const (
	StartTLS    Security = "starttls" // starts in plain text; ends if the server does not offer TLS
	ImplicitTLS Security = "implicit" // TLS from the first byte
	NoTLS       Security = "none"
)

// MailServer is the server that accepts our e-mails.
type MailServer struct {
	Host     string
	Port     int
	Security Security
	User     string // "" for none
	Password string
	Roots    *x509.CertPool // authorities that sign its certificate; nil: the system's
}

func (s MailServer) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
}

// connect opens a connection to the server, with TLS if the security is implicit.
func (s MailServer) connect(ctx context.Context, network, address string) (net.Conn, error) {
	plain := &net.Dialer{Timeout: smtpTimeout}
	if s.Security != ImplicitTLS {
		return plain.DialContext(ctx, network, address)
	}
	conn, err := (&tls.Dialer{NetDialer: plain, Config: s.tls()}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// client returns go-mail's settings for the server. connect opens its connections.
func (s MailServer) client(connect mail.DialContextFunc) (*mail.Client, error) {
	options := []mail.Option{
		mail.WithPort(s.Port), mail.WithTimeout(smtpTimeout), mail.WithTLSConfig(s.tls()), mail.WithDialContextFunc(connect),
	}
	switch s.Security {
	case ImplicitTLS: // go-mail trusts only the connections of its own dialer with WithSSL
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	case NoTLS:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(s.Password))
	}
	c, err := mail.NewClient(s.Host, options...)
	if err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "the mail server's settings are wrong: %s", err)
	}
	return c, nil
}

// dial connects, says EHLO, starts TLS and signs in. CodeUnavailable: the server does not answer.
// CodeForbidden: it does not accept us.
func (s MailServer) dial(ctx context.Context) (*mail.Client, *smtp.Client, error) {
	var opened net.Conn // go-mail does not close it when the conversation fails
	c, err := s.client(func(ctx context.Context, network, address string) (net.Conn, error) {
		var err error
		opened, err = s.connect(ctx, network, address)
		return opened, err
	})
	if err != nil {
		return nil, nil, err
	}
	conn, err := c.DialToSMTPClientWithContext(ctx)
	if err == nil {
		return c, conn, nil
	}
	if opened != nil {
		_ = opened.Close()
	}
	code, answer := schema.CodeUnavailable, new(textproto.Error)
	if errors.As(err, &answer) && answer.Code >= 500 || errors.As(err, new(*tls.CertificateVerificationError)) {
		code = schema.CodeForbidden
	}
	return nil, nil, schema.Wrapf(code, err, "the mail server %s: %s", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)), err)
}

// Check connects, says EHLO, starts TLS and signs in, but sends nothing.
func (s MailServer) Check(ctx context.Context) error {
	c, conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	return c.CloseWithSMTPClient(conn)
}
