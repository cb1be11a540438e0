package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/web/certificate"
)

// authority is a certificate authority that implements the part of RFC 8555 for one certificate. It does not verify
// signatures, but verifies the name with TLS-ALPN-01 (RFC 8737).
type authority struct {
	*httptest.Server
	t    *testing.T
	key  *ecdsa.PrivateKey
	root *x509.Certificate
	site string // address that stands for port 443 of the name

	mu     sync.Mutex
	names  []string // names in orders
	proved bool
	chain  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotAfter: time.Now().Add(time.Hour)}
	a.root = must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key))(t)))(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/directory", func(w http.ResponseWriter, _ *http.Request) {
		a.answer(w, http.StatusOK, map[string]any{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/order"})
	})
	mux.HandleFunc("/nonce", func(w http.ResponseWriter, _ *http.Request) { a.answer(w, http.StatusOK, nil) })
	mux.HandleFunc("/account", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", a.URL+"/account/1")
		a.answer(w, http.StatusCreated, map[string]any{"status": "valid"})
	})
	mux.HandleFunc("/order", func(w http.ResponseWriter, r *http.Request) {
		var order struct{ Identifiers []struct{ Value string } }
		a.payload(r, &order)
		a.names = append(a.names, order.Identifiers[0].Value)
		a.order(w, http.StatusCreated)
	})
	mux.HandleFunc("/order/1", func(w http.ResponseWriter, _ *http.Request) { a.order(w, http.StatusOK) })
	mux.HandleFunc("/authorization", func(w http.ResponseWriter, _ *http.Request) {
		status := map[bool]string{true: "valid", false: "pending"}[a.proved]
		a.answer(w, http.StatusOK, map[string]any{
			"status": status, "identifier": map[string]string{"type": "dns", "value": a.names[0]}, "challenges": []any{a.challenge()},
		})
	})
	mux.HandleFunc("/challenge", func(w http.ResponseWriter, _ *http.Request) {
		a.prove()
		a.answer(w, http.StatusOK, a.challenge())
	})
	mux.HandleFunc("/finalize", func(w http.ResponseWriter, r *http.Request) {
		var request struct{ CSR string }
		a.payload(r, &request)
		a.sign(request.CSR)
		a.order(w, http.StatusOK)
	})
	mux.HandleFunc("/certificate", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Replay-Nonce", rand.Text())
		_, _ = w.Write(a.chain) // the client notices a failure
	})
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *authority) answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Replay-Nonce", rand.Text())
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client notices a failure
}

// payload decodes the payload of a signed request.
func (a *authority) payload(r *http.Request, into any) {
	var signed struct{ Payload string }
	if err := json.NewDecoder(r.Body).Decode(&signed); err != nil {
		a.t.Error(err)
	}
	text, err := base64.RawURLEncoding.DecodeString(signed.Payload)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		a.t.Error(err)
	}
}

func (a *authority) order(w http.ResponseWriter, status int) {
	o := map[string]any{"status": "pending", "authorizations": []string{a.URL + "/authorization"}, "finalize": a.URL + "/finalize"}
	if a.proved {
		o["status"] = "ready"
	}
	if a.chain != nil {
		o["status"], o["certificate"] = "valid", a.URL+"/certificate"
	}
	w.Header().Set("Location", a.URL+"/order/1")
	a.answer(w, status, o)
}

func (a *authority) challenge() map[string]any {
	return map[string]any{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": "token", "status": map[bool]string{true: "valid", false: "pending"}[a.proved]}
}

// prove requests the challenge's certificate from the site.
func (a *authority) prove() {
	conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, ServerName: a.names[0], NextProtos: []string{"acme-tls/1"}}}).DialContext(a.t.Context(), "tcp", a.site)
	if err != nil {
		a.t.Errorf("the challenge: %v", err)
		return
	}
	defer conn.Close()
	shown := conn.(*tls.Conn).ConnectionState().PeerCertificates[0]
	a.proved = slices.ContainsFunc(shown.Extensions, func(e pkix.Extension) bool { return e.Id.String() == "1.3.6.1.5.5.7.1.31" && e.Critical })
}

func (a *authority) sign(csr string) {
	der, err := base64.RawURLEncoding.DecodeString(csr)
	if err != nil {
		a.t.Error(err)
		return
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		a.t.Error(err)
		return
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: request.DNSNames, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	leaf, err := x509.CreateCertificate(rand.Reader, template, a.root, request.PublicKey, a.key)
	if err != nil {
		a.t.Error(err)
		return
	}
	for _, der := range [][]byte{leaf, a.root.Raw} {
		a.chain = append(a.chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
}

// TestACMEGetsACertificate serves a browser that trusts the authority, and requests no certificate
// for other names.
func TestACMEGetsACertificate(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	dir := t.TempDir()
	config := must(certificate.ACME{URL: "https://grader.test", Dir: dir, Directory: a.URL + "/directory"}.Open())(t).TLS
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	a.site = listener.Addr().String()
	server := &http.Server{TLSConfig: config, Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.ServeTLS(listener, "", "") }() // until it is closed
	t.Cleanup(func() { _ = server.Close() })              // the test is over
	roots := x509.NewCertPool()
	roots.AddCert(a.root)
	visit := func(name string) error {
		conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: name}}).DialContext(t.Context(), "tcp", a.site)
		if err == nil {
			conn.Close()
		}
		return err
	}
	if err := visit("other.test"); err == nil {
		t.Error("another name has a certificate")
	}
	for range 2 {
		if err := visit("grader.test"); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(a.names, []string{"grader.test"}) {
		t.Errorf("asked for %q, want one certificate of grader.test", a.names)
	}
}
