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

// serverMemory is what the server may take with all gits that it starts, whatever is pushed.
const serverMemory = 200 << 20

// hostilePush is something that no git would send.
type hostilePush struct {
	name string
	list func(commit string) []string // of commands; nil creates main
	pack func(f *forge) (commit string, pack []byte)
	// graded says that the push is taken, and graded within the caps; others are refused.
	graded bool
}

// TestHostilePushes sends bombs and trees over SSH to a real server. Each is refused in words or
// graded within the caps, the server's memory stays bounded, and everybody else is served.
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
				t.Errorf("taken: %v, said:\n%s", taken, said)
			}
			if taken {
				c.wait(logins[i], 1)
			}
			t.Logf("%.300q", said)
		})
	}
	c.pushes("bob", "right", "2 / 2")
	peak := memory()
	t.Logf("the server with its gits took %d MiB at most", peak>>20)
	if peak > serverMemory {
		t.Errorf("the server with its gits took %d MiB", peak>>20)
	}
}

// send pushes, and returns everything that was answered.
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
		_, _ = session.in.Write(sent) // a server that has seen enough hangs up
	}()
	answer, _ := io.ReadAll(session.out) // whatever came until the end
	_ = session.Wait()                   // refused
	return string(answer) + session.err.String()
}

// rawSession is one session whose bytes the test writes itself.
type rawSession struct {
	*ssh.Session
	in  io.WriteCloser
	out io.Reader
	err *bytes.Buffer
}

// receivePack opens a push to one's own repository, up to the end of the advertisement.
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

// watchMemory sums the resident memory of a server and the gits that it starts, until the peak
// is asked for. Runners are not the server's: their memory is their own.
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

// residentOf sums the resident bytes of a process and what descends from it.
func residentOf(pid int) int64 {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || bytes.Contains(line, []byte("\x00runner\x00")) {
		return 0
	}
	var size, resident int64
	statm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	_, _ = fmt.Sscan(string(statm), &size, &resident) // it has just ended
	sum := resident * int64(os.Getpagesize())
	for _, child := range childrenOf(pid) {
		sum += residentOf(child)
	}
	return sum
}
