package classroom_test

import (
	"context"
	"crypto/dsa" //nolint:staticcheck // a kind of key that is refused
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/crypto/ssh"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// signer returns a key that depends only on the name.
func signer(t testing.TB, name string) (ssh.Signer, ed25519.PrivateKey) {
	t.Helper()
	seed := sha256.Sum256([]byte(name))
	private := ed25519.NewKeyFromSeed(seed[:])
	s, err := ssh.NewSignerFromKey(private)
	check(t, err)
	return s, private
}

// publicKey returns a public key file with the name as its comment.
func publicKey(t testing.TB, name string) string {
	t.Helper()
	s, _ := signer(t, name)
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.PublicKey()))) + " " + name + "\n"
}

func fingerprint(t testing.TB, name string) string {
	t.Helper()
	s, _ := signer(t, name)
	return ssh.FingerprintSHA256(s.PublicKey())
}

// rsaKey returns a public key with the given number of bits, in wire form.
func rsaKey(t testing.TB, bits int) ssh.PublicKey {
	t.Helper()
	n := make([]byte, bits/8)
	_, _ = rand.Read(n)
	n[0] |= 0x80
	n[len(n)-1] |= 1
	key, err := ssh.ParsePublicKey(ssh.Marshal(struct {
		Name string
		E, N []byte
	}{"ssh-rsa", []byte{1, 0, 1}, append([]byte{0}, n...)}))
	check(t, err)
	return key
}

func weakKey(t testing.TB) string {
	t.Helper()
	return string(ssh.MarshalAuthorizedKey(rsaKey(t, 1024)))
}

// securityKey returns the public key file of a security device.
func securityKey(t testing.TB, kind string) string {
	t.Helper()
	wire := ssh.Marshal(struct {
		Name        string
		Key         []byte
		Application string
	}{kind, make([]byte, ed25519.PublicKeySize), "ssh:"})
	if strings.HasPrefix(kind, "sk-ecdsa") {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		check(t, err)
		point, err := private.PublicKey.Bytes()
		check(t, err)
		wire = ssh.Marshal(struct {
			Name, Curve string
			Key         []byte
			Application string
		}{kind, "nistp256", point, "ssh:"})
	}
	key, err := ssh.ParsePublicKey(wire)
	check(t, err)
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) + " yubikey\n"
}

// wrapped breaks a text into lines of n characters.
func wrapped(text string, n int) string {
	var lines []string
	for len(text) > n {
		lines, text = append(lines, text[:n]), text[n:]
	}
	return strings.Join(append(lines, text), "\n") + "\n"
}

func inUTF16(text string, mark bool, big bool) string {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var b []byte
	for _, u := range units {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

// putty returns a key file of PuTTY with a fake private part.
func putty(t testing.TB, name string) string {
	t.Helper()
	s, _ := signer(t, name)
	body := wrapped(base64.StdEncoding.EncodeToString(s.PublicKey().Marshal()), 64)
	return "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\nComment: " + name + "\r\nPublic-Lines: " + fmt.Sprint(strings.Count(body, "\n")) +
		"\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "Private-Lines: 1\r\nAAAA\r\nPrivate-MAC: 00\r\n"
}

func rfc4716(t testing.TB, name string) string {
	t.Helper()
	s, _ := signer(t, name)
	return "---- BEGIN SSH2 PUBLIC KEY ----\nSubject: me\nComment: \"" + name[:2] + "\\\n" + name[2:] + "\"\n" +
		wrapped(base64.StdEncoding.EncodeToString(s.PublicKey().Marshal()), 70) + "---- END SSH2 PUBLIC KEY ----\n"
}

func pemFile(kind string, body []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: body}))
}

func openSSH(t testing.TB, name, passphrase string) string {
	t.Helper()
	_, private := signer(t, name)
	block, err := ssh.MarshalPrivateKey(private, name)
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, name, []byte(passphrase))
	}
	check(t, err)
	return string(pem.EncodeToMemory(block))
}

func pkcs8(t testing.TB, name string) string {
	t.Helper()
	_, private := signer(t, name)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	check(t, err)
	return pemFile("PRIVATE KEY", der)
}

func certificate(t testing.TB, name string) string {
	t.Helper()
	s, _ := signer(t, name)
	c := &ssh.Certificate{Key: s.PublicKey(), CertType: ssh.UserCert, ValidBefore: ssh.CertTimeInfinity}
	check(t, c.SignCert(rand.Reader, s))
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(c))) + " " + name + "\n"
}

// TestAcceptedKeyFiles reads keys in every accepted form.
func TestAcceptedKeyFiles(t *testing.T) {
	t.Parallel()
	laptop, lab := publicKey(t, "laptop"), publicKey(t, "lab")
	for name, c := range map[string]struct {
		text string
		keys int
	}{
		"one":                    {laptop, 1},
		"two":                    {laptop + lab, 2},
		"the same twice":         {laptop + laptop, 1},
		"comments and blanks":    {"# mine\n\n  " + laptop + "\n# and\n" + lab + "\n\n", 2},
		"no newline at the end":  {strings.TrimSpace(laptop), 1},
		"CR LF":                  {strings.ReplaceAll(laptop+lab, "\n", "\r\n"), 2},
		"a UTF-8 mark":           {"\ufeff" + laptop, 1},
		"RSA of 2048 bits":       {string(ssh.MarshalAuthorizedKey(rsaKey(t, 2048))), 1},
		"a security key":         {securityKey(t, "sk-ssh-ed25519@openssh.com"), 1},
		"a security key, ECDSA":  {securityKey(t, "sk-ecdsa-sha2-nistp256@openssh.com"), 1},
		"a comment with blanks":  {strings.TrimSpace(laptop) + " of  my  own\n", 1},
		"a comment not in ASCII": {strings.TrimSpace(laptop) + "ünïcode\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			keys, err := b.Accounts.AddKeys(t.Context(), schema.Operator(), "alice", c.text)
			if check(t, err); len(keys) != c.keys {
				t.Errorf("%d keys, want %d", len(keys), c.keys)
			}
			// The whole key is kept: the application of a security key is part of it.
			if kept, err := b.Accounts.Keys(t.Context(), schema.Operator(), "alice"); err != nil || !strings.Contains(c.text, kept[len(kept)-1].Public) {
				t.Errorf("kept %+v, %v", kept, err)
			}
		})
	}
}

// TestRefusedKeyFiles checks that each error names the kind of file. If the message contains a line to send instead,
// that line must be accepted as the same key.
func TestRefusedKeyFiles(t *testing.T) {
	t.Parallel()
	laptop := publicKey(t, "laptop")
	line := strings.TrimSpace(laptop)
	for name, c := range map[string]struct {
		text, says string
		line       bool // the words end with a line that is accepted
	}{
		"nothing":                      {"\n# mine\n", "there is no public key in it; send the one line", false},
		"words":                        {"my key, please", "this is not a public key; send the one line of a file such as ~/.ssh/id_ed25519.pub", false},
		"the second is none":           {laptop + "and more\n", "line 2: this is not a public key", false},
		"the first is none":            {"and more\n" + laptop, "line 1: this is not a public key", false},
		"a weak second":                {laptop + weakKey(t), "line 2: this RSA key has 1024 bits", false},
		"a weak RSA key":               {weakKey(t), "this RSA key has 1024 bits, and fewer than 2048 are not safe; make a new one: ssh-keygen -t ed25519", false},
		"a DSA key":                    {dsaKey(t), "keys of the kind ssh-dss are not used here; make a new one", false},
		"broken in the middle":         {wrapped(line, 60), "the key is broken over 2 lines. Send it as one line: ", true},
		"broken after its kind":        {strings.Replace(line, " ", "\n", 1), "the key is broken over 2 lines. Send it as one line: ", true},
		"broken often":                 {wrapped(line, 30), "Send it as one line: ", true},
		"cut short":                    {line[:50], "this key is cut short or damaged; copy the whole line again", false},
		"no-break spaces":              {strings.ReplaceAll(line, " ", "\u00a0"), "no-break spaces. Send this line: ", true},
		"options":                      {`from="10.0.0.0/8",no-pty ` + laptop, "options are not used here. Send the key alone, this line: ", true},
		"a line of known_hosts":        {"grader.example.org " + laptop, "there is something before the key", true},
		"a certificate":                {certificate(t, "laptop"), "certificates are not used here. Send the key that it is for, this line: ", true},
		"a fingerprint":                {fingerprint(t, "laptop"), "this is the fingerprint of a key", false},
		"the name of a file":           {"~/.ssh/id_ed25519.pub", "this is the name of a file; send what is in it", false},
		"OpenSSH's private key":        {openSSH(t, "laptop", ""), "this is a private key: it stays with you, and nobody else may have it. Send the public key that belongs to it, this line: ", true},
		"an encrypted private key":     {openSSH(t, "laptop", "secret"), "this is a private key", true},
		"a PKCS #8 private key":        {pkcs8(t, "laptop"), "this is a private key", true},
		"an encrypted PKCS #8 key":     {pemFile("ENCRYPTED PRIVATE KEY", []byte("x")), "which this command prints: ssh-keygen -y -f FILE", false},
		"a damaged private key":        {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "this is a private key", false},
		"a private key after a public": {laptop + openSSH(t, "laptop", ""), "this is a private key", true},
		"a weak private key":           {pemFile("RSA PRIVATE KEY", weakPrivate(t)), "Its public key could not be used either: this RSA key has 1024 bits", false},
		"PuTTY's private key":          {putty(t, "laptop"), "this is a private key", true},
		"a cut PPK":                    {putty(t, "laptop")[:120], "this is a private key", false},
		"RFC 4716":                     {rfc4716(t, "laptop"), "in the form of RFC 4716, as PuTTYgen and Tectia save it. Send it in OpenSSH's form, this line: ", true},
		"RFC 4716 with CR LF":          {strings.ReplaceAll(rfc4716(t, "laptop"), "\n", "\r\n"), "in the form of RFC 4716", true},
		"a damaged RFC 4716 file":      {"---- BEGIN SSH2 PUBLIC KEY ----\n????\n", "RFC 4716, as PuTTYgen and Tectia save it, and it is damaged", false},
		"PEM":                          {publicPEM(t, "laptop"), "a public key in PEM form. Send it in OpenSSH's form, this line: ", true},
		"a TLS certificate":            {pemFile("CERTIFICATE", []byte("x")), "this is a certificate for TLS, and no SSH key", false},
		"a PGP key":                    {"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n", "PGP", false},
		"UTF-16 as PowerShell writes":  {inUTF16(laptop, true, false), "this is UTF-16 text, as PowerShell's > writes it. Send it as UTF-8, this line: ", true},
		"UTF-16 the other way":         {inUTF16(laptop, true, true), "this is UTF-16 text", true},
		"UTF-16 without a mark":        {inUTF16(laptop, false, false), "this is UTF-16 text", true},
		"UTF-16 of something else":     {inUTF16("hello", true, false), "this is UTF-16 text, as PowerShell's > writes it, and no public key either", false},
		"not text":                     {"ssh-ed25519 \xff\xfe\xfd", "this is not text", false},
		"far too much":                 {strings.Repeat(laptop, 2000), "this is too long for public keys", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			_, err := b.Accounts.AddKeys(t.Context(), schema.Operator(), "alice", c.text)
			refused(t, err, schema.CodeInvalid, c.says)
			_, offered := b.Accounts.OfferKey(t.Context(), b.actors["alice"], c.text)
			refused(t, offered, schema.CodeInvalid, c.says)
			if keys, err := b.Accounts.Keys(t.Context(), schema.Operator(), "alice"); err != nil || len(keys) != 1 {
				t.Errorf("%d keys afterwards, %v: it was taken in part", len(keys), err)
			}
			if !c.line {
				return
			}
			_, advised, _ := strings.Cut(schema.MessageOf(err), "ine: ")
			keys, err := b.Accounts.AddKeys(t.Context(), schema.Operator(), "alice", advised)
			if check(t, err); len(keys) != 1 || keys[0].Fingerprint != fingerprint(t, "laptop") {
				t.Errorf("the line %q is of the keys %v", advised, keys)
			}
		})
	}
}

// TestAdviceForEncryptedPrivateKey follows the advice for an encrypted private key.
func TestAdviceForEncryptedPrivateKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	file := filepath.Join(t.TempDir(), "id_rsa")
	out, err := exec.Command("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "secret", "-f", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(file)
	check(t, err)
	_, err = b.Accounts.AddKeys(t.Context(), schema.Operator(), "alice", string(text))
	refused(t, err, schema.CodeInvalid, "which this command prints: ssh-keygen -y -f FILE")
	printed, err := exec.CommandContext(context.Background(), "ssh-keygen", "-y", "-P", "secret", "-f", file).Output()
	check(t, err)
	_, err = b.Accounts.AddKeys(t.Context(), schema.Operator(), "alice", string(printed))
	check(t, err)
}

// FuzzKeyFile parses arbitrary files.
func FuzzKeyFile(f *testing.F) {
	for _, text := range []string{publicKey(f, "a"), putty(f, "abc"), rfc4716(f, "abc"), openSSH(f, "a", ""), certificate(f, "a"), weakKey(f), publicPEM(f, "a"),
		inUTF16(publicKey(f, "a"), true, true), "ssh-rsa AAAA", "\x00\x01", wrapped(publicKey(f, "a"), 20)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := classroom.ParseKeys(text)
		if (err == nil) != (len(keys) > 0) {
			t.Errorf("%d keys, %v", len(keys), err)
		}
		if err != nil && schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("code %q: %v", schema.CodeOf(err), err)
		}
		for _, k := range keys {
			if again, err := classroom.ParseKeys(k.Public); err != nil || again[0].Fingerprint != k.Fingerprint {
				t.Errorf("%q is read as %v, %v", k.Public, again, err)
			}
		}
	})
}

func dsaKey(t testing.TB) string {
	t.Helper()
	var p dsa.Parameters
	check(t, dsa.GenerateParameters(&p, rand.Reader, dsa.L1024N160))
	key := dsa.PrivateKey{PublicKey: dsa.PublicKey{Parameters: p}}
	check(t, dsa.GenerateKey(&key, rand.Reader))
	public, err := ssh.NewPublicKey(&key.PublicKey)
	check(t, err)
	return string(ssh.MarshalAuthorizedKey(public))
}

func weakPrivate(t testing.TB) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	check(t, err)
	return x509.MarshalPKCS1PrivateKey(key)
}

func publicPEM(t testing.TB, name string) string {
	t.Helper()
	_, private := signer(t, name)
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	check(t, err)
	return pemFile("PUBLIC KEY", der)
}
