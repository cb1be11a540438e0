// Package certificate provides the site's HTTPS certificate. It reads the certificate from files,
// again whenever they change, or obtains it from a certificate authority by ACME.
package certificate

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// Files is a certificate with its chain and its key, each in a PEM file. It reads the files again
// after they change.
type Files struct {
	cert, key string
	logger    *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	seen   [2]stamp // state of the files when they were last read
}

// stamp identifies a version of a file.
type stamp struct {
	changed time.Time
	size    int64
}

// Load reads the two files. CodeInvalid: they are not a certificate and its key.
func Load(cert, key string, logger *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, logger: logger}
	f.seen = f.stamps()
	loaded, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "the certificate %s with the key %s cannot be used: %s", cert, key, err)
	}
	f.loaded = &loaded
	return f, nil
}

// Config returns a TLS configuration with the certificate.
func (f *Files) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: f.certificate}
}

// certificate returns the certificate in the files. If they are not valid, it returns the last
// valid one, because one file may be replaced before the other.
func (f *Files) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.stamps()
	if now == f.seen {
		return f.loaded, nil
	}
	f.seen = now
	loaded, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		f.logger.Error("the new certificate cannot be read; the old one is used", "cert", f.cert, "key", f.key, "error", err)
		return f.loaded, nil
	}
	f.loaded = &loaded
	f.logger.Info("certificate was read again", "cert", f.cert, "until", loaded.Leaf.NotAfter)
	return f.loaded, nil
}

func (f *Files) stamps() (now [2]stamp) {
	for i, path := range []string{f.cert, f.key} {
		if info, err := os.Stat(path); err == nil {
			now[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return now
}
