package certificate

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/grader/grader/schema"
)

// ACME gets a certificate from an authority and renews it. The authority verifies the name by a
// connection to its port 443 (TLS-ALPN-01), which must reach the site, or to port 80 (HTTP-01).
type ACME struct {
	URL       string       // the site as browsers reach it: https://NAME
	Dir       string       // where the account's key and certificates are kept
	Email     string       // for the authority's notices; "" for none
	Directory string       // address of the authority; "" is Let's Encrypt's
	Client    *http.Client // for requests to the authority; nil: http.DefaultClient
}

// Site is how a site with certificates of ACME answers.
type Site struct {
	TLS  *tls.Config
	HTTP func(http.Handler) http.Handler // answers HTTP-01 challenges in front of a handler of plain HTTP
}

// Open returns how the site answers. Requesting a certificate accepts the authority's terms.
// CodeInvalid: the site's name cannot have a certificate.
func (a ACME) Open() (Site, error) {
	u, err := url.Parse(a.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return Site{}, schema.Errorf(schema.CodeInvalid, "ACME needs public_url: https://NAME, the name that the certificate is for")
	}
	manager := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(a.Dir), HostPolicy: autocert.HostWhitelist(u.Hostname()), Email: a.Email,
		Client: &acme.Client{DirectoryURL: a.Directory, HTTPClient: a.Client, UserAgent: "grader"},
	}
	if a.Directory == "" {
		manager.Client.DirectoryURL = autocert.DefaultACMEDirectory
	}
	config := manager.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	return Site{TLS: config, HTTP: manager.HTTPHandler}, nil
}
