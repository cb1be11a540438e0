package command

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/grader/grader/configs"
)

// dialPatience is the longest wait for an answer of the server on the runners' interface.
const dialPatience = 5 * time.Second

// certificateRemedy is the remedy for a certificate that does not fit.
const certificateRemedy = "make one for the host of nomad.runners.url (docs/nomad.md, step 5), and name it in nomad.runners: cert, key and ca"

// runnersInterface is the interface through which runners of a cluster reach this server.
type runnersInterface configs.Runners

// findings checks the interface.
func (r runnersInterface) findings(ctx context.Context) []finding {
	findings := []finding{r.listening(ctx)}
	if r.Cert != "" {
		findings = append(findings, r.certificate(time.Now()))
	}
	return findings
}

// listening checks that a server can listen on the address or already does.
func (r runnersInterface) listening(ctx context.Context) finding {
	f := finding{What: "runners' address", Needed: true}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", r.Listen)
	switch {
	case err == nil:
		_ = listener.Close()
		f.Works, f.Says = true, r.Listen+" is free; the server listens there for its runners"
	case errors.Is(err, syscall.EADDRINUSE):
		return r.reached(ctx, f)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		f.Says, f.Remedy = r.Listen+" is not an address of this machine", "correct nomad.runners.listen: ip address lists the machine's addresses"
	default:
		f.Says, f.Remedy = err.Error(), "correct nomad.runners.listen"
	}
	return f
}

// reached checks that the runners' URL reaches the running server.
func (r runnersInterface) reached(ctx context.Context, f finding) finding {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	to, err := url.Parse(r.URL)
	if err != nil { // loadConfig has refused it
		return finding{What: f.What, Needed: true, Says: err.Error(), Remedy: "correct nomad.runners.url"}
	}
	port := map[string]string{"http": "80", "https": "443"}[to.Scheme]
	host := net.JoinHostPort(to.Hostname(), cmp.Or(to.Port(), port))
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		f.Says = fmt.Sprintf("something listens on %s, and %s is not reached: %v", r.Listen, r.URL, err)
		f.Remedy = "correct nomad.runners.url, or let its port through the firewall"
		return f
	}
	defer connection.Close()
	f.Works, f.Says = true, r.URL+" is reached from here; the nodes' networks may differ"
	return f
}

// certificate checks the interface's certificate against its address and against the CA of
// the runners.
func (r runnersInterface) certificate(now time.Time) finding {
	f := finding{What: "runners' TLS", Needed: true, Remedy: certificateRemedy}
	pair, err := tls.LoadX509KeyPair(r.Cert, r.Key)
	if err != nil {
		f.Says = err.Error()
		return f
	}
	roots, err := r.roots()
	if err != nil {
		f.Says = err.Error()
		return f
	}
	to, err := url.Parse(r.URL)
	if err != nil { // loadConfig has refused it
		f.Says = err.Error()
		return f
	}
	options := x509.VerifyOptions{DNSName: to.Hostname(), Roots: roots, Intermediates: intermediates(pair), CurrentTime: now}
	if _, err := pair.Leaf.Verify(options); err != nil {
		f.Says = r.Cert + ": " + err.Error()
		return f
	}
	return finding{What: f.What, Needed: true, Works: true,
		Says: fmt.Sprintf("%s is for %s until %s", r.Cert, to.Hostname(), pair.Leaf.NotAfter.Format(time.DateOnly))}
}

// roots returns the certificates that runners trust. nil means the certificates of the
// image; the check then uses those of this machine.
func (r runnersInterface) roots() (*x509.CertPool, error) {
	if r.CA == "" {
		return nil, nil
	}
	text, err := os.ReadFile(r.CA)
	if err != nil {
		return nil, fmt.Errorf("nomad.runners.ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in it", r.CA)
	}
	return pool, nil
}

// intermediates returns the certificates that the server sends after its own.
func intermediates(pair tls.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, der := range pair.Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil {
			pool.AddCert(c)
		}
	}
	return pool
}
