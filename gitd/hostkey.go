package gitd

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/schema"
)

// hostKey reads the server's key and creates it (ed25519, 0600) if it does not exist. A key
// that others can read is refused.
func hostKey(path string) (gossh.Signer, error) {
	source, err := keyFile(path, "host key")
	if err != nil {
		return nil, err
	}
	signer, err := gossh.ParsePrivateKey(source)
	if err != nil {
		return nil, fmt.Errorf("host key %s: %w", path, err)
	}
	return signer, nil
}

// ReceiptKey reads the key that signs receipts and creates it (ed25519, 0600) if it does not
// exist. A key that others can read is refused.
func ReceiptKey(path string) (ed25519.PrivateKey, error) {
	source, err := keyFile(path, "receipt key")
	if err != nil {
		return nil, err
	}
	parsed, err := gossh.ParseRawPrivateKey(source)
	if err != nil {
		return nil, fmt.Errorf("receipt key %s: %w", path, err)
	}
	key, ok := parsed.(*ed25519.PrivateKey)
	if !ok {
		return nil, schema.Errorf(schema.CodeInvalid, "receipt key: %s is not an ed25519 key", path)
	}
	return *key, nil
}

// keyFile reads a private key of the server and creates it if it does not exist.
func keyFile(path, what string) ([]byte, error) {
	source, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		source, err = makeKey(path, what)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: %s is open to others (%v); make it 0600", what, path, info.Mode().Perm())
	}
	return source, nil
}

// makeKey writes a new key atomically, because the server could never start again with a
// half-written key.
func makeKey(path, what string) ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := gossh.MarshalPrivateKey(key, "grader "+what)
	if err != nil {
		return nil, err
	}
	source := pem.EncodeToMemory(block)
	temporary := path + ".new"
	if err := writeSynced(temporary, source); err != nil {
		return nil, err
	}
	return source, os.Rename(temporary, path)
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}
