package command

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/scheduler/docker"
)

func TestDoctorSaysHowMemoryIsCounted(t *testing.T) {
	t.Parallel()
	for says, r := range map[string]sandbox.Report{
		"memory and CPU are summed every 10 ms": {InMemory: true},
		"memory and CPU are exact":              {Cgroup: "v2"},
		"CPU is exact, memory is summed every 10 ms (scratch directories are in a tmpfs)": {Cgroup: "v2", InMemory: true},
	} {
		told(t, walls(r)[0], says, "")
	}
}

// told fails the test unless a failed finding contains a text and a remedy.
func told(t *testing.T, f finding, says, remedy string) {
	t.Helper()
	if f.Works || !strings.Contains(f.Says, says) || !strings.Contains(f.Remedy, remedy) {
		t.Errorf("it finds %+v; want that it says %q, with the remedy %q", f, says, remedy)
	}
}

// sound fails the test unless the finding passed.
func sound(t *testing.T, f finding, says string) {
	t.Helper()
	if !f.Works || !strings.Contains(f.Says, says) || f.Remedy != "" {
		t.Errorf("it finds %+v; want that it works and says %q", f, says)
	}
}

func TestDoctorOnTheRunnersAddress(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { taken.Close() })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, gone.Close())
	at := func(listen, url string) finding {
		return runnersInterface{Listen: listen, URL: url}.listening(t.Context())
	}
	told(t, at("192.0.2.1:7070", "http://192.0.2.1:7070"), "not an address of this machine", "nomad.runners.listen")
	told(t, at("127.0.0.1:seven", "http://127.0.0.1"), "seven", "nomad.runners.listen")
	told(t, at(taken.Addr().String(), "http://"+gone.Addr().String()), "is not reached", "nomad.runners.url")
	sound(t, at(taken.Addr().String(), "http://"+taken.Addr().String()), "is reached from here")
	sound(t, at(gone.Addr().String(), "http://"+gone.Addr().String()), "is free")
}

func TestDoctorOnTheRunnersCertificate(t *testing.T) {
	t.Parallel()
	soon := time.Now().Add(time.Hour)
	cert, key := runnersCertificate(t, soon)
	other, _ := runnersCertificate(t, soon)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	must(t, os.WriteFile(empty, nil, 0o600))
	at := func(r runnersInterface, now time.Time) finding { return r.certificate(now) }
	const url = "https://127.0.0.1:7070"
	now := time.Now()
	told(t, at(runnersInterface{URL: url, Cert: "/nowhere/c", Key: key}, now), "/nowhere/c: no such file", "docs/nomad.md")
	told(t, at(runnersInterface{URL: url, Cert: other, Key: key}, now), "private key does not match", "docs/nomad.md")
	told(t, at(runnersInterface{URL: url, Cert: cert, Key: key, CA: "/nowhere/ca"}, now), "nomad.runners.ca: open /nowhere/ca", "docs/nomad.md")
	told(t, at(runnersInterface{URL: url, Cert: cert, Key: key, CA: empty}, now), "has no certificate in it", "docs/nomad.md")
	told(t, at(runnersInterface{URL: url, Cert: cert, Key: key, CA: other}, now), "unknown authority", "docs/nomad.md")
	told(t, at(runnersInterface{URL: url, Cert: cert, Key: key}, now), "unknown authority", "docs/nomad.md")
	told(t, at(runnersInterface{URL: "https://10.0.0.2:7070", Cert: cert, Key: key, CA: cert}, now), "not 10.0.0.2", "docs/nomad.md")
	told(t, at(runnersInterface{URL: url, Cert: cert, Key: key, CA: cert}, soon.Add(time.Minute)), "expired", "docs/nomad.md")
	sound(t, at(runnersInterface{URL: url, Cert: cert, Key: key, CA: cert}, now), "is for 127.0.0.1 until")
}

func TestDoctorOnAClusterWithoutItsToken(t *testing.T) {
	t.Parallel()
	c, err := configs.Load(onNomad(t, "  token_file: /nowhere/token\n"))
	must(t, err)
	findings := poolFindings(t.Context(), c)
	told(t, findings[len(findings)-1], "/nowhere/token", "nomad.token_file")
}

func TestDoctorOnDaemonWithoutLimits(t *testing.T) {
	t.Parallel()
	bad := daemonFindings(docker.Answer{Cgroup: "cgroup v1 by cgroupfs", Storage: "vfs", Mapped: true, Lacks: []string{"memory"}})
	told(t, bad[0], "cgroup v1 by cgroupfs does not keep: memory", "cgroup_enable=memory")
	told(t, bad[1], "are mapped", "userns-remap")
	told(t, bad[2], "vfs copies", "overlay2")
	for _, f := range daemonFindings(docker.Answer{Cgroup: "cgroup v2 by systemd", Storage: "overlay2"}) {
		sound(t, f, "")
	}
}

func TestDoctorOnImages(t *testing.T) {
	t.Parallel()
	told(t, imageFinding("runner:1", ""), "runner:1 is not on this machine", "make image")
	byDigest := imageFinding("runner@sha256:"+strings.Repeat("0", 64), "")
	if told(t, byDigest, "the first runner pulls it", "docker pull"); byDigest.Needed {
		t.Error("an image that is pulled is not needed before")
	}
	sound(t, imageFinding("runner:1", "sha256:12"), "runner:1 is sha256:12")
}

// TestDoctorChecksNeedsOfFlavours uses no local runners, so that no sandbox and no compiler
// is needed.
func TestDoctorChecksNeedsOfFlavours(t *testing.T) {
	t.Parallel()
	path := onNomad(t, "")
	for _, c := range []struct {
		config string
		local  bool
	}{{"", true}, {path, false}} {
		config, err := configs.Load(c.config)
		must(t, err)
		d, err := diagnose(t.Context(), config, false)
		must(t, err)
		for _, what := range []string{"wall", "gcc"} {
			if d.has(what) != c.local {
				t.Errorf("with configuration %q it looks for %s: %v", c.config, what, d.has(what))
			}
		}
		if d.has("nomad") == c.local {
			t.Errorf("with configuration %q it looks for nomad: %v", c.config, d.has("nomad"))
		}
	}
}

func (d diagnosis) has(what string) bool {
	for _, f := range d.Findings {
		if f.What == what {
			return true
		}
	}
	return false
}

// runnersCertificate creates a self-signed certificate for 127.0.0.1.
func runnersCertificate(t *testing.T, until time.Time) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	like := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: until.Add(-2 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, like, like, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	must(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	must(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	return certFile, keyFile
}

// doctor lists the flavours of courses that are missing in the configuration, with their
// uses. A missing flavour that no assignment uses yet does not block pushes.
func TestDoctorOnTheFlavoursOfCourses(t *testing.T) {
	t.Parallel()
	large := configs.Config{Flavours: map[string]configs.Flavour{"large": {}}}
	found := flavourFindings([]service.FlavourUse{
		{Course: "comp1", Flavour: "standard", Default: true, Assignments: []string{"a1", "a2"}},
		{Course: "comp1", Flavour: "large", Assignments: []string{"a3"}},
		{Course: "comp2", Flavour: "gpu"},
		{Course: "comp3", Flavour: "huge", Assignments: []string{"a4"}},
	}, large)
	if len(found) != 3 || !found[0].Needed || found[1].Needed || !found[2].Needed {
		t.Fatalf("it finds %+v", found)
	}
	told(t, found[0], "flavour standard (its default, on which run a1, a2) is not in the configuration", "add standard under flavours: in the configuration, or change the course: grader admin course set comp1")
	told(t, found[1], "flavour gpu (which its assignments may name) is not in the configuration", "comp2")
	told(t, found[2], "flavour huge (on which run a4) is not in the configuration", "comp3")
	found = flavourFindings([]service.FlavourUse{{Course: "comp1", Flavour: "large", Default: true}}, large)
	if len(found) != 1 {
		t.Fatalf("it finds %+v", found)
	}
	sound(t, found[0], "has the flavours that they use")
}

// TestDoctorOnTheMailServer checks the findings for a missing server and a missing password. Without a
// configured server there are no findings.
func TestDoctorOnTheMailServer(t *testing.T) {
	t.Parallel()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, gone.Close())
	if found := mailFindings(t.Context(), configs.Config{}); len(found) != 0 {
		t.Errorf("without a mail server it finds %+v", found)
	}
	server := configs.SMTP{Host: "127.0.0.1", Port: gone.Addr().(*net.TCPAddr).Port, TLS: "none", From: "g@example.edu"}
	told(t, mailFindings(t.Context(), configs.Config{SMTP: &server})[0], "connection refused", "docs/notifications.md")
	server.User, server.PasswordFile = "g", filepath.Join(t.TempDir(), "none")
	told(t, mailFindings(t.Context(), configs.Config{SMTP: &server})[0], "the secret of the mail server cannot be read", "smtp in the configuration file")
}
