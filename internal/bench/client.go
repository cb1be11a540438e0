package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/grader/grader/internal/demo"
)

// held is a push that waits for its verdict. It implements SSH and git's protocol without
// child processes, so that two thousand of them fit on a small machine.
type held struct {
	client  *ssh.Client
	session *ssh.Session
	out     *bufio.Reader
}

// parcel is a commit with its pack. Every waiting student pushes the same one.
type parcel struct {
	commit string
	pack   []byte
}

// pack returns a parcel with the main branch of a work tree.
func pack(ctx context.Context, work string) (parcel, error) {
	head, err := exec.CommandContext(ctx, "git", "-C", work, "rev-parse", "main").Output()
	if err != nil {
		return parcel{}, err
	}
	commit := strings.TrimSpace(string(head))
	cmd := exec.CommandContext(ctx, "git", "-C", work, "pack-objects", "--revs", "--stdout", "--quiet")
	cmd.Stdin = strings.NewReader(commit + "\n")
	data, err := cmd.Output()
	return parcel{commit, data}, err
}

// hold pushes a parcel and returns once the server prints that it waits.
func hold(p *demo.Person, what parcel) (*held, error) {
	key, err := os.ReadFile(filepath.Join(p.Dir, "key"))
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(key)
	if err != nil {
		return nil, err
	}
	client, err := ssh.Dial("tcp", p.Host, &ssh.ClientConfig{
		User: "grader", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // our own server on loopback
		Timeout:         30 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	h := &held{client: client}
	if err := h.push(what); err != nil {
		_ = client.Close() // the first session failed
		return nil, fmt.Errorf("%s: %w", p.Login, err)
	}
	return h, nil
}

func (h *held) push(what parcel) (err error) {
	if h.session, err = h.client.NewSession(); err != nil {
		return err
	}
	in, err := h.session.StdinPipe()
	if err != nil {
		return err
	}
	out, err := h.session.StdoutPipe()
	if err != nil {
		return err
	}
	h.out = bufio.NewReaderSize(out, 1<<10)
	if err := h.session.Start("git-receive-pack 'bench/a1'"); err != nil {
		return err
	}
	if err := h.skipAdvertisement(); err != nil {
		return err
	}
	command := strings.Repeat("0", 40) + " " + what.commit + " refs/heads/main\x00 report-status side-band-64k agent=bench"
	if _, err := fmt.Fprintf(in, "%04x%s0000", len(command)+4, command); err != nil {
		return err
	}
	if _, err := in.Write(what.pack); err != nil {
		return err
	}
	if err := in.Close(); err != nil { // git also closes its side after a pack
		return err
	}
	return h.until("waiting")
}

func (h *held) skipAdvertisement() error {
	for {
		line, err := h.packet()
		if err != nil || line == nil {
			return err
		}
		if bytes.HasPrefix(line, []byte("ERR ")) {
			return fmt.Errorf("refused: %s", line[4:])
		}
	}
}

// until reads side-band lines until one contains the word.
func (h *held) until(word string) error {
	var seen []byte
	for !bytes.Contains(seen, []byte(word)) {
		line, err := h.packet()
		if err != nil {
			return fmt.Errorf("%w after %q", err, seen)
		}
		if line == nil {
			return fmt.Errorf("ended after %q", seen)
		}
		seen = append(seen, line...)
	}
	return nil
}

// packet reads one pkt-line; nil means a flush packet.
func (h *held) packet() ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(h.out, size[:]); err != nil {
		return nil, err
	}
	var n int
	if _, err := fmt.Sscanf(string(size[:]), "%04x", &n); err != nil || n == 0 {
		return nil, err
	}
	line := make([]byte, n-4)
	_, err := io.ReadFull(h.out, line)
	return line, err
}

func (h *held) close() { _ = h.client.Close() } // the server may have closed it
