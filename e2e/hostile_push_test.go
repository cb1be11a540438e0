package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/grader/grader/gitd/hostile"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/internal/demo"
)

// serverMemory is the maximum memory that the server and its git processes may use for a push.
const serverMemory = 200 << 20

// hostilePush is a push that git itself would not send.
type hostilePush struct {
	name string
	list func(commit string) []string // commands of the push; nil creates main
	pack func(f *forge) (commit string, pack []byte)
	// graded is set if the push is accepted and graded within the limits. All other pushes are
	// refused.
	graded bool
}

// TestHostilePushes sends decompression bombs and malformed trees over SSH to a real server. Each
// push is refused with a reason or graded within the limits. The server's memory stays bounded, and
// it serves other people.
func TestHostilePushes(t *testing.T) {
	t.Parallel()
	pushes := append(bombs(), hostileTrees()...)
	var logins []string
	for i := range pushes {
		logins = append(logins, fmt.Sprintf("mallory%d", i))
	}
	c := newClassroom(t, "", append(logins, "bob")...)
	memory := watchMemory(t, c.server.PID())
	for i, push := range pushes {
		t.Run(push.name, func(t *testing.T) {
			said := push.send(t, c.people[logins[i]])
			taken := strings.Contains(said, "ok refs/heads/main")
			if taken != push.graded || !push.graded && !strings.Contains(said, "refused:") && !strings.Contains(said, "grader: ") {
				t.Errorf("accepted: %v, printed:\n%s", taken, said)
			}
			if taken {
				c.wait(logins[i], 1)
			}
			t.Logf("%.300q", said)
		})
	}
	c.pushes("bob", "right", "2 / 2")
	peak := memory()
	t.Logf("the server and its git processes used at most %d MiB", peak>>20)
	if peak > serverMemory {
		t.Errorf("the server and its git processes used %d MiB", peak>>20)
	}
}

// send pushes and returns the whole response.
func (p hostilePush) send(t *testing.T, who *demo.Person) string {
	commit, pack := p.pack(&forge{Pack: hostile.NewPack(), t: t})
	list := []string{fmt.Sprintf("%040d %s refs/heads/main", 0, commit)}
	if p.list != nil {
		list = p.list(commit)
	}
	session := receivePack(t, who)
	var sent []byte
	for i, command := range list {
		if i == 0 {
			command += "\x00report-status side-band-64k"
		}
		sent = pktline.Append(sent, command)
	}
	sent = append(append(sent, pktline.Flush...), pack...)
	go func() {
		defer session.in.Close()
		_, _ = session.in.Write(sent) // the server may close the connection early
	}()
	answer, _ := io.ReadAll(session.out) // the connection may break
	_ = session.Wait()                   // the push was refused
	return string(answer) + session.err.String()
}

// rawSession is an SSH session to which the test writes raw bytes.
type rawSession struct {
	*ssh.Session
	in  io.WriteCloser
	out io.Reader
	err *bytes.Buffer
}

// receivePack starts a push to the person's own repository and reads the advertisement.
func receivePack(t *testing.T, who *demo.Person) *rawSession {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(who.Dir, "key"))
	check(t, err)
	signer, err := ssh.ParsePrivateKey(pem)
	check(t, err)
	client, err := ssh.Dial("tcp", who.Host, &ssh.ClientConfig{
		User: "grader", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience,
	})
	check(t, err)
	t.Cleanup(func() { _ = client.Close() }) // the server may have closed it
	session, err := client.NewSession()
	check(t, err)
	r := &rawSession{Session: session, err: new(bytes.Buffer)}
	session.Stderr = r.err
	r.in, err = session.StdinPipe()
	check(t, err)
	r.out, err = session.StdoutPipe()
	check(t, err)
	check(t, session.Start("git-receive-pack '/c101/a1'"))
	for {
		if _, flush, err := pktline.Read(r.out, nil); err != nil || flush {
			check(t, err)
			return r
		}
	}
}

// watchMemory measures the resident memory of a server and its git processes, without the runners,
// until peak is called.
func watchMemory(t *testing.T, server int) (peak func() int64) {
	stop, done := make(chan struct{}), make(chan int64, 1)
	go func() {
		var most int64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				done <- most
				return
			case <-tick.C:
				most = max(most, residentOf(server))
			}
		}
	}()
	var once bool
	end := func() int64 {
		if once {
			return 0
		}
		once = true
		close(stop)
		return <-done
	}
	t.Cleanup(func() { end() })
	return end
}

// residentOf returns the resident bytes of a process and its descendants.
func residentOf(pid int) int64 {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || bytes.Contains(line, []byte("\x00runner\x00")) {
		return 0
	}
	var size, resident int64
	statm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	_, _ = fmt.Sscan(string(statm), &size, &resident) // the process may have exited
	sum := resident * int64(os.Getpagesize())
	for _, child := range childrenOf(pid) {
		sum += residentOf(child)
	}
	return sum
}
