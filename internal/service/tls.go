package service

import (
	"crypto/tls"
	"path/filepath"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/certificate"
)

// TLS holds the settings with which the site serves HTTPS without a proxy. The zero value means
// plain HTTP.
type TLS struct {
	Cert, Key     string // files in PEM form, read again when they change
	ACME          bool   // get a certificate for the name of public_url instead
	ACMEEmail     string // for the authority's notices; "" for none
	ACMEDirectory string // address of the authority; "" is Let's Encrypt's
}

// certificates is the directory of ACME certificates in the data directory.
const certificates = "certificates"

// tlsConfig returns the TLS configuration of the site, nil for plain HTTP.
func (s *Service) tlsConfig() (*tls.Config, error) {
	t := s.TLS
	switch {
	case t.ACME && (t.Cert != "" || t.Key != ""):
		return nil, schema.Errorf(schema.CodeInvalid, "give --tls-cert and --tls-key, or --acme, not both")
	case t.ACME:
		site, err := certificate.ACME{URL: s.Config.PublicURL, Dir: filepath.Join(s.Data, certificates), Email: t.ACMEEmail, Directory: t.ACMEDirectory}.Open()
		s.challenges = site.HTTP
		return site.TLS, err
	case t.Cert == "" && t.Key == "":
		return nil, nil
	case t.Cert == "" || t.Key == "":
		return nil, schema.Errorf(schema.CodeInvalid, "--tls-cert and --tls-key belong together: give both files")
	}
	files, err := certificate.Load(t.Cert, t.Key, s.Logger)
	if err != nil {
		return nil, err
	}
	return files.Config(), nil
}

// scheme returns the scheme of the site's address if public_url is not set.
func (s *Service) scheme() string {
	if s.TLS != (TLS{}) {
		return "https://"
	}
	return "http://"
}
