package configs

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
)

// SMTP configures the mail server that sends notices.
type SMTP struct {
	// Host and Port are the server's address; port 0 is 587, or 465 with TLS implicit.
	Host string `yaml:"host"`
	Port int    `yaml:"port"`
	// TLS is starttls, implicit or none; "" is starttls.
	TLS string `yaml:"tls"`
	// User is the name for signing in, and PasswordFile names the file with the password; both are
	// "" for none.
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	// From is the sender's address.
	From string `yaml:"from"`
}

// Webhooks restricts the calls of people's webhooks.
type Webhooks struct {
	// Off disables all calls.
	Off bool `yaml:"off"`
	// Private also allows addresses that are not public, and plain HTTP.
	Private bool `yaml:"private"`
}

func (s *SMTP) withDefaults() *SMTP {
	if s == nil {
		return nil
	}
	is := *s
	if is.TLS == "" {
		is.TLS = "starttls"
	}
	if is.Port == 0 {
		is.Port = 587
		if is.TLS == "implicit" {
			is.Port = 465
		}
	}
	return &is
}

func (s *SMTP) check(publicURL string) error {
	if s == nil {
		return nil
	}
	switch {
	case s.Host == "" || strings.ContainsAny(s.Host, ":/ \r\n") && net.ParseIP(s.Host) == nil:
		return at("host", fmt.Errorf("%q is not the name of a mail server; use one such as mail.example.edu, and port beside it", s.Host))
	case s.Port < 1 || s.Port > 65535:
		return at("port", fmt.Errorf("%d is not a port; use 587, or 465 with tls: implicit", s.Port))
	case s.TLS != "starttls" && s.TLS != "implicit" && s.TLS != "none":
		return at("tls", fmt.Errorf("%q is not a kind of encryption; use starttls, implicit or none", s.TLS))
	case (s.User == "") != (s.PasswordFile == ""):
		return at("user", errors.New("and password_file belong together"))
	case s.User != "" && s.TLS == "none" && !isLoopback(s.Host):
		return at("tls", errors.New("none would send the password in plain text; use starttls or implicit"))
	case publicURL == "":
		return at("host", errors.New("needs public_url: e-mails lead to pages of the site"))
	}
	if a, err := mail.ParseAddress(s.From); err != nil || a.Address != s.From {
		return at("from", fmt.Errorf("%q is not an e-mail address; use one such as grader@example.edu", s.From))
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
