// Package demo simulates people who use a running service with real keys, real repositories
// and real `git push`. It is used by `grader demo`, the tests in e2e and the measurements
// in bench.
package demo

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Person is a person with an SSH key and a directory for clones.
type Person struct {
	Login string
	Name  string
	Dir   string // private
	Host  string // address of the SSH server, host:port
}

// NewPerson creates a person with a new Ed25519 key below dir.
func NewPerson(dir, login, name string) (*Person, error) {
	p := &Person{Login: login, Name: name, Dir: filepath.Join(dir, login)}
	if err := os.MkdirAll(p.Dir, 0o700); err != nil {
		return nil, err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(private, login)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(p.path("key"), pem.EncodeToMemory(block), 0o600); err != nil {
		return nil, err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	return p, os.WriteFile(p.PublicKey(), ssh.MarshalAuthorizedKey(key), 0o644)
}

func (p *Person) path(name string) string { return filepath.Join(p.Dir, name) }

// PublicKey returns the path of the public key's file.
func (p *Person) PublicKey() string { return p.path("key.pub") }

// Transcript is the output of a command, standard output and error interleaved, and its
// exit status.
type Transcript struct {
	Output string
	Exit   int
}

// URL returns the address of a repository such as "c101/a1".
func (p *Person) URL(repository string) string {
	return "ssh://grader@" + p.Host + "/" + repository
}

// SSH runs one of the service's own commands, such as "status".
func (p *Person) SSH(ctx context.Context, command ...string) (Transcript, error) {
	host, port, err := net.SplitHostPort(p.Host)
	if err != nil {
		return Transcript{}, err
	}
	args := append(p.sshOptions(), "-p", port, "grader@"+host)
	return p.run(ctx, p.Dir, "ssh", append(args, command...)...)
}

// Git runs git in a directory with the person's identity.
func (p *Person) Git(ctx context.Context, dir string, args ...string) (Transcript, error) {
	return p.run(ctx, dir, "git", args...)
}

// Push commits a directory's files to the person's repository and pushes them. Later
// pushes to a repository build on earlier ones.
func (p *Person) Push(ctx context.Context, repository, files string, options ...string) (Transcript, error) {
	work, err := p.Commit(ctx, repository, files)
	if err != nil {
		return Transcript{}, err
	}
	args := []string{"push", "--quiet"}
	for _, o := range options {
		args = append(args, "-o", o)
	}
	return p.Git(ctx, work, append(args, p.URL(repository), "main")...)
}

// Commit commits a directory's files to the person's repository and returns the work
// tree.
func (p *Person) Commit(ctx context.Context, repository, files string) (string, error) {
	work := p.path("work-" + strings.ReplaceAll(repository, "/", "-"))
	if _, err := os.Stat(filepath.Join(work, ".git")); errors.Is(err, os.ErrNotExist) {
		if err := p.must(ctx, p.Dir, "init", "--quiet", "--initial-branch=main", work); err != nil {
			return "", err
		}
	}
	if err := replaceFiles(work, files); err != nil {
		return "", err
	}
	if err := p.must(ctx, work, "add", "--all", "--force"); err != nil {
		return "", err
	}
	return work, p.must(ctx, work, "commit", "--quiet", "--allow-empty", "--message=Work on "+repository)
}

// replaceFiles replaces the files of a work tree with those of another directory.
func replaceFiles(work, files string) error {
	entries, err := os.ReadDir(work)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == ".git" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(work, e.Name())); err != nil {
			return err
		}
	}
	return os.CopyFS(work, os.DirFS(files))
}

func (p *Person) must(ctx context.Context, dir string, args ...string) error {
	t, err := p.Git(ctx, dir, args...)
	if err == nil && t.Exit != 0 {
		err = fmt.Errorf("git %s: %s", args[0], t.Output)
	}
	return err
}

// Command returns a command with the person's identity and key, and without this machine's
// configuration.
func (p *Person) Command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = p.environ()
	return cmd
}

func (p *Person) run(ctx context.Context, dir, name string, args ...string) (Transcript, error) {
	cmd := p.Command(ctx, dir, name, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Transcript{}, fmt.Errorf("run %s: %w", name, err)
	}
	return Transcript{Output: out.String(), Exit: cmd.ProcessState.ExitCode()}, nil
}

// sshOptions returns options that use the person's key and known hosts, not this machine's.
func (p *Person) sshOptions() []string {
	return []string{
		"-F", "/dev/null", "-i", p.path("key"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=accept-new", "-o", "UserKnownHostsFile=" + p.path("known_hosts"), "-o", "LogLevel=ERROR",
	}
}

func (p *Person) environ() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.Dir, "LC_ALL=C.UTF-8",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=" + p.Name, "GIT_AUTHOR_EMAIL=" + p.Login + "@example.org",
		"GIT_COMMITTER_NAME=" + p.Name, "GIT_COMMITTER_EMAIL=" + p.Login + "@example.org",
		"GIT_SSH_COMMAND=ssh " + strings.Join(p.sshOptions(), " "),
	}
}
