package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/certificate"
)

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// pair writes a certificate of grader.test with the serial number, and its key.
func pair(t *testing.T, dir string, serial int64) (cert, key string) {
	t.Helper()
	private := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"grader.test"}, Subject: pkix.Name{CommonName: "grader.test"}, NotAfter: time.Now().Add(time.Hour)}
	der := must(x509.CreateCertificate(rand.Reader, template, template, private.Public(), private))(t)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, cert, "CERTIFICATE", der)
	write(t, key, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(private))(t))
	return cert, key
}

func write(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serial returns the serial number of a server's certificate.
func serial(t *testing.T, server *tls.Config) string {
	t.Helper()
	near, far := net.Pipe()
	go func() { _ = tls.Server(far, server).Handshake() }() // the client notices a failure
	conn := tls.Client(near, &tls.Config{InsecureSkipVerify: true, ServerName: "grader.test"})
	defer near.Close()
	if err := conn.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// TestCertificateIsReadAgain replaces the files one after the other while the server runs.
func TestCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	dir, next := t.TempDir(), t.TempDir()
	cert, key := pair(t, dir, 1)
	newCert, newKey := pair(t, next, 22)
	files := must(certificate.Load(cert, key, slog.New(slog.DiscardHandler)))(t)
	config := files.Config()
	if got := serial(t, config); got != "1" {
		t.Errorf("at first: %s", got)
	}
	for i, step := range []struct{ from, to, want string }{{newCert, cert, "1"}, {newKey, key, "22"}} {
		if err := os.Rename(step.from, step.to); err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(time.Duration(i+1) * time.Second)
		if err := os.Chtimes(step.to, later, later); err != nil {
			t.Fatal(err)
		}
		if got := serial(t, config); got != step.want {
			t.Errorf("after file %d: certificate %s, want %s", i+1, got, step.want)
		}
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if got := serial(t, config); got != "22" {
		t.Errorf("without its file: %s", got)
	}
}

func TestUnusableCertificates(t *testing.T) {
	t.Parallel()
	cert, _ := pair(t, t.TempDir(), 1)
	_, key := pair(t, t.TempDir(), 2)
	for name, one := range map[string][2]string{"a missing file": {cert, "/nowhere/key.pem"}, "another's key": {cert, key}, "a key for a certificate": {key, key}} {
		if _, err := certificate.Load(one[0], one[1], slog.New(slog.DiscardHandler)); schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), one[1]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACMENeedsAName(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "http://grader.test", "https://192.0.2.1", "https://", "grader.test"} {
		if _, err := (certificate.ACME{URL: url, Dir: t.TempDir()}).Open(); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%q: %v", url, err)
		}
	}
}
