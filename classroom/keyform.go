package classroom

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/ssh"
)

// otherForm returns an error if a key is not in OpenSSH's public form. The error names the
// form and, if otherForm can read the key, the line to send instead.
func otherForm(text string) error {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	switch {
	case strings.HasPrefix(strings.TrimSpace(text), "PuTTY-User-Key-File-"):
		public, comment := fromPuTTY(text)
		return privateKey(public, comment)
	case strings.Contains(text, "---- BEGIN SSH2 PUBLIC KEY ----"):
		public, comment := fromSSH2(text)
		return otherFormOf("a key in the form of RFC 4716, as PuTTYgen and Tectia save it", public, comment)
	case strings.Contains(text, "-----BEGIN "):
		return pemForm(text)
	}
	return nil
}

func pemForm(text string) error {
	block, _ := pem.Decode([]byte(text[strings.Index(text, "-----BEGIN "):]))
	kind := "a PEM file"
	if block != nil {
		kind = block.Type
	}
	switch {
	case strings.Contains(text, "PRIVATE KEY-----"):
		return privateKey(publicOfPrivate(block, text), "")
	case strings.HasSuffix(kind, "PUBLIC KEY"):
		return otherFormOf("a public key in PEM form", publicOfPEM(block), "")
	case kind == "CERTIFICATE":
		return invalidKey("this is a certificate for TLS, and no SSH key; %s", sendTheLine)
	case strings.Contains(text, "BEGIN PGP"):
		return invalidKey("this is a PGP key, and no SSH key; %s", sendTheLine)
	}
	return invalidKey("this is not a public key; %s", sendTheLine)
}

// publicOfPrivate returns the public key of a private key, or nil if reading it needs a
// passphrase.
func publicOfPrivate(block *pem.Block, text string) ssh.PublicKey {
	if block == nil {
		return nil
	}
	if block.Type == "OPENSSH PRIVATE KEY" {
		return publicOfOpenSSH(block.Bytes)
	}
	signer, err := ssh.ParsePrivateKey([]byte(text))
	if err != nil {
		return nil
	}
	return signer.PublicKey()
}

// publicOfOpenSSH reads the unencrypted public key before the private key
// (openssh/PROTOCOL.key).
func publicOfOpenSSH(text []byte) ssh.PublicKey {
	rest, found := bytes.CutPrefix(text, []byte("openssh-key-v1\x00"))
	if !found {
		return nil
	}
	var file struct {
		Cipher, KDF, Options string
		Keys                 uint32
		Public               []byte
		Rest                 []byte `ssh:"rest"`
	}
	if ssh.Unmarshal(rest, &file) != nil {
		return nil
	}
	return fromWire(file.Public)
}

func publicOfPEM(block *pem.Block) ssh.PublicKey {
	if block == nil {
		return nil
	}
	var public any
	var err error
	if block.Type == "RSA PUBLIC KEY" {
		public, err = x509.ParsePKCS1PublicKey(block.Bytes)
	} else {
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	if err != nil {
		return nil
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return nil
	}
	return key
}

// fromPuTTY reads the unencrypted public key of a PPK file.
func fromPuTTY(text string) (ssh.PublicKey, string) {
	var comment string
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "Comment":
			comment = value
		case "Public-Lines":
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 0 || i+1+n > len(lines) {
				return nil, comment
			}
			return fromBase64(lines[i+1 : i+1+n]), comment
		}
	}
	return nil, comment
}

// fromSSH2 reads a public key in the form of RFC 4716.
func fromSSH2(text string) (ssh.PublicKey, string) {
	_, text, _ = strings.Cut(text, "---- BEGIN SSH2 PUBLIC KEY ----\n")
	text, _, _ = strings.Cut(text, "---- END SSH2 PUBLIC KEY ----")
	text = strings.ReplaceAll(text, "\\\n", "") // a header may continue on the next line
	var comment string
	var body []string
	for line := range strings.SplitSeq(text, "\n") {
		name, value, header := strings.Cut(line, ":")
		switch {
		case !header:
			body = append(body, line)
		case strings.EqualFold(name, "Comment"):
			comment = strings.Trim(value, ` "`)
		}
	}
	return fromBase64(body), comment
}

func fromBase64(lines []string) ssh.PublicKey {
	var all strings.Builder
	for _, line := range lines {
		all.WriteString(strings.TrimSpace(line))
	}
	wire, err := base64.StdEncoding.DecodeString(all.String())
	if err != nil {
		return nil
	}
	return fromWire(wire)
}

func fromWire(wire []byte) ssh.PublicKey {
	key, err := ssh.ParsePublicKey(wire)
	if err != nil {
		return nil
	}
	return key
}

// fromUTF16 decodes text that begins with the byte order mark of UTF-16 or with an ASCII
// character in two bytes.
func fromUTF16(text string) (string, bool) {
	big := strings.HasPrefix(text, "\xfe\xff") || len(text) > 1 && text[0] == 0 && text[1] != 0
	little := strings.HasPrefix(text, "\xff\xfe") || len(text) > 1 && text[0] != 0 && text[1] == 0
	if !big && !little {
		return "", false
	}
	units := make([]uint16, 0, len(text)/2)
	for i := 0; i+1 < len(text); i += 2 {
		first, second := uint16(text[i]), uint16(text[i+1])
		if big {
			first, second = second, first
		}
		units = append(units, first|second<<8)
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff"), true
}
