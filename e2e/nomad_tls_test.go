package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grader/grader/nomad/nomadtest"
)

// Runners reach the server over TLS and verify it with a CA certificate from their task, and
// a push is graded. With the certificate of another CA no runner registers or sends its
// identity to the server.
func TestNomadRunnersOverTLS(t *testing.T) {
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	f := layField(t, agent, 1, 1)
	ours, others := newAuthority(t, "ours"), newAuthority(t, "another's")
	key, cert := ours.issue(net.ParseIP(f.address))
	file := func(name string, text []byte) string {
		path := filepath.Join(filepath.Dir(f.config), name)
		check(t, os.WriteFile(path, text, 0o600))
		return path
	}
	f.url = fmt.Sprintf("https://%s:%d", f.address, f.port)
	knownBy := func(ca authority) string {
		return fmt.Sprintf("    cert: %s\n    key: %s\n    ca: %s\n", file("cert.pem", cert), file("key.pem", key), file(ca.name+".pem", ca.text()))
	}
	f.tls = knownBy(ours)
	f.configure()
	f.open("alice")
	f.work("alice", "", "right")
	f.verdict(f.push("alice"))
	again := func(ca authority) {
		check(t, f.server.Stop())
		f.tls = knownBy(ca)
		f.configure()
		f.serve()
	}
	again(others)
	f.work("alice", "true", "right")
	l := f.push("alice")
	l.await("waiting: no runner can be started now (they fail")
	if p := f.pool(); p.Ready != 0 || !told(p.Failure, "Exit Code: 1") {
		t.Errorf("%d have registered with a server that they do not know; staff read %q", p.Ready, p.Failure)
	}
	again(ours)
	l.end()
	f.graded("alice", 2)
}

// authority signs certificates.
type authority struct {
	t    *testing.T
	name string
	key  *ecdsa.PrivateKey
	is   *x509.Certificate
}

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	a := authority{t: t, name: name, key: key, is: certificateOf(name)}
	a.is.IsCA, a.is.BasicConstraintsValid, a.is.KeyUsage = true, true, x509.KeyUsageCertSign
	return a
}

func certificateOf(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
}

// text returns the authority's own certificate as PEM.
func (a authority) text() []byte { return a.sign(a.is, &a.key.PublicKey) }

// issue creates a server's key and certificate as PEM.
func (a authority) issue(address net.IP) (key, cert []byte) {
	a.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(a.t, err)
	der, err := x509.MarshalECPrivateKey(private)
	check(a.t, err)
	is := certificateOf("server")
	is.IPAddresses, is.ExtKeyUsage = []net.IP{address}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), a.sign(is, &private.PublicKey)
}

func (a authority) sign(is *x509.Certificate, public *ecdsa.PublicKey) []byte {
	a.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, is, a.is, public, a.key)
	check(a.t, err)
	var text bytes.Buffer
	check(a.t, pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return text.Bytes()
}
