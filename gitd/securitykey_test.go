package gitd_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"os"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/schema"
)

// securityKey is a FIDO authenticator in software (PROTOCOL.u2f of OpenSSH).
type securityKey struct {
	private     ed25519.PrivateKey
	application string
	flags       byte // 1: somebody touched it
}

// PublicKey implements ssh.Signer.
func (k securityKey) PublicKey() gossh.PublicKey {
	key, err := gossh.ParsePublicKey(gossh.Marshal(struct {
		Name        string
		Key         []byte
		Application string
	}{gossh.KeyAlgoSKED25519, k.private.Public().(ed25519.PublicKey), k.application}))
	if err != nil {
		panic(err)
	}
	return key
}

// Sign implements ssh.Signer.
func (k securityKey) Sign(_ io.Reader, data []byte) (*gossh.Signature, error) {
	application, message := sha256.Sum256([]byte(k.application)), sha256.Sum256(data)
	rest := gossh.Marshal(struct {
		Flags   byte
		Counter uint32
	}{k.flags, 7})
	signed := append(append(append([]byte{}, application[:]...), rest...), message[:]...)
	return &gossh.Signature{Format: gossh.KeyAlgoSKED25519, Blob: ed25519.Sign(k.private, signed), Rest: rest}, nil
}

// TestSecurityKeys signs in with a key of a security device. Each signature must say that somebody
// touched the device. A key of the same device for another application is another key.
func TestSecurityKeys(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	_, private, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	touched := securityKey{private, "ssh:", 1}
	line := strings.TrimSpace(string(gossh.MarshalAuthorizedKey(touched.PublicKey())))
	added := b.sshAs("grader", "alice", line+" yubikey\n", "keys", "add")
	added.says(t, "added "+gossh.FingerprintSHA256(touched.PublicKey())+", pending")
	check(t, b.securityJoin(touched, codeIn(t, added.out)))
	if said, err := b.securityAsk(touched, "whoami"); err != nil || !strings.Contains(said, "login  alice") {
		t.Errorf("whoami: %q, %v", said, err)
	}
	for name, key := range map[string]securityKey{"nobody touched it": {private, "ssh:", 0}, "another application": {private, "ssh:work", 1}} {
		if said, err := b.securityAsk(key, "whoami"); err == nil {
			t.Errorf("%s: signed in and read %q", name, said)
		}
	}
}

// securityAsk runs a command with a security key.
func (b *bundle) securityAsk(key gossh.Signer, command string) (string, error) {
	return b.securityRun("grader", key, command)
}

// securityJoin binds a security key by a code.
func (b *bundle) securityJoin(key gossh.Signer, code string) error {
	_, err := b.securityRun("join", key, code)
	return err
}

func (b *bundle) securityRun(user string, key gossh.Signer, command string) (string, error) {
	client, err := gossh.Dial("tcp", b.address, &gossh.ClientConfig{User: user, Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, HostKeyCallback: gossh.InsecureIgnoreHostKey()})
	if err != nil {
		return "", err
	}
	defer func() { _ = client.Close() }()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	defer func() { _ = session.Close() }()
	out, err := session.CombinedOutput(command)
	return string(out), err
}

// TestCertificateProvesNothing offers a certificate for a registered key. The server accepts only
// the key itself.
func TestCertificateProvesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	text, err := os.ReadFile(b.keyPath("alice"))
	check(t, err)
	signer, err := gossh.ParsePrivateKey(text)
	check(t, err)
	certificate := &gossh.Certificate{Key: signer.PublicKey(), CertType: gossh.UserCert, ValidBefore: gossh.CertTimeInfinity, ValidPrincipals: []string{"grader", "ida"}}
	check(t, certificate.SignCert(rand.Reader, signer))
	certified, err := gossh.NewCertSigner(certificate, signer)
	check(t, err)
	if said, err := b.securityAsk(certified, "whoami"); err == nil {
		t.Errorf("a certificate signed in and read %q", said)
	}
	if said, err := b.securityAsk(signer, "whoami"); err != nil || !strings.Contains(said, "login  alice") {
		t.Errorf("the key: %q, %v", said, err)
	}
	refusal := b.sshAs("grader", "alice", string(gossh.MarshalAuthorizedKey(certificate)), "keys", "add")
	refusal.says(t, "this is a certificate, and certificates are not used here. Send the key that it is for")
	if keys := b.ssh("alice", "keys").out; strings.Count(keys, "\n") != 1 {
		t.Errorf("keys:\n%s", keys)
	}
	if _, err := b.store.UserByKey(t.Context(), gossh.FingerprintSHA256(certificate)); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("the certificate is a key of an account: %v", err)
	}
}
