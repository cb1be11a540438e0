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

// ACME obtains a certificate from an authority and renews it. The authority verifies the host name
// by connecting to the host's port 443 (TLS-ALPN-01), which must reach the site, or port 80
// (HTTP-01).
type ACME struct {
	URL       string       // address of the site for browsers: https://NAME
	Dir       string       // directory of the account's key and the certificates
	Email     string       // for the authority's notices; "" for none
	Directory string       // address of the authority; "": Let's Encrypt
	Client    *http.Client // for requests to the authority; nil: http.DefaultClient
}

// Site holds the configuration of a site with certificates from ACME.
type Site struct {
	TLS  *tls.Config
	HTTP func(http.Handler) http.Handler // adds HTTP-01 challenges to a handler of plain HTTP
}

// Open returns the configuration of the site. Requesting a certificate accepts the authority's
// terms. CodeInvalid: the authority cannot certify the site's name.
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
