package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox/stage"
)

// starter starts the programs of one slot through a stage that stays. Only one step may use it at a
// time.
type starter struct {
	pid    int // of the stage
	socket int
	memory int64 // bytes that it uses of its group's memory
	region []byte
	base   uint64 // of the region, in the stage
	rules  *rulebook
	shared bool // the region belongs to another starter
}

// startReply is the result of a request.
type startReply struct {
	pid    int    // 0 if the id has no meaning here
	handle int    // of the process; -1 for none
	words  []byte // what it wrote before it ran its program, or ended
	at     int64  // when it became the program, by the monotonic clock
	used   int64  // processor time until then, in nanoseconds
}

var errStageEnded = errors.New("the stage has ended")

// newStarter starts a stage from the calling thread. Its programs inherit the thread's cgroup and mounts.
// attach prepares its start in the cgroup.
func newStarter(attach func(*syscall.SysProcAttr)) (*starter, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("start stage: %w", err)
	}
	s := &starter{socket: pair[0]}
	theirs := os.NewFile(uintptr(pair[1]), "stage")
	defer theirs.Close()
	if err := s.launch(theirs, attach); err != nil {
		return nil, errors.Join(fmt.Errorf("start stage: %w", err), s.stop())
	}
	return s, nil
}

func (s *starter) launch(theirs *os.File, attach func(*syscall.SysProcAttr)) error {
	fd, err := unix.MemfdCreate("stage", unix.MFD_CLOEXEC)
	if err != nil {
		return err
	}
	memory := os.NewFile(uintptr(fd), "stage")
	defer memory.Close()
	if err := memory.Truncate(stage.RegionSize); err != nil {
		return err
	}
	if s.region, err = unix.Mmap(fd, 0, stage.RegionSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	attr := &syscall.ProcAttr{
		Dir: "/", Env: []string{stage.Marker + "=" + stage.Serve, "GOMAXPROCS=1"}, Sys: &syscall.SysProcAttr{Setsid: true},
		Files: []uintptr{null.Fd(), null.Fd(), null.Fd(), theirs.Fd(), memory.Fd()},
	}
	attach(attr.Sys)
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"grader-stage"}, attr)
	if err != nil {
		return err
	}
	theirs.Close()
	hello := make([]byte, stage.Hello)
	n, err := s.receive(hello)
	if err := errors.Join(err, waitFor(pid)); err != nil { // it has started the server, and exits
		return err
	}
	if n != stage.Hello {
		return errStageEnded
	}
	s.base, s.pid = binary.LittleEndian.Uint64(hello), int(binary.LittleEndian.Uint64(hello[8:]))
	status, err := readProc(s.pid, "status")
	if err == nil {
		s.memory, err = kibibytes(status, "RssAnon:")
	}
	return err
}

// receive waits for a packet of the stage.
func (s *starter) receive(buf []byte) (int, error) {
	if err := readable(s.socket); err != nil {
		return 0, err
	}
	return unix.Read(s.socket, buf)
}

// readable waits until a descriptor is readable, or its other end is closed.
func readable(fd int) error {
	deadline := time.Now().Add(startWithin)
	for {
		left := time.Until(deadline)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(max(left, 0)/time.Millisecond))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case n == 0:
			return os.ErrDeadlineExceeded
		default:
			return nil
		}
	}
}

// request starts a process that follows the plan. It passes the program's three descriptors and the further ones
// that the plan needs. It returns once the process runs its program, serves or has ended.
func (s *starter) request(p *stage.Plan, three []*os.File, more ...int) (startReply, *stage.Failure, error) {
	none := startReply{handle: -1}
	if failure := p.Write(s.region); failure != nil {
		return none, failure, nil
	}
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return none, nil, err
	}
	defer closeFD(pipe[0])
	rights := unix.UnixRights(append([]int{int(three[0].Fd()), int(three[1].Fd()), int(three[2].Fd()), pipe[1]}, more...)...)
	_, sent := unix.SendmsgN(s.socket, make([]byte, 8), rights, nil, unix.MSG_NOSIGNAL)
	closeFD(pipe[1])
	if errors.Is(sent, unix.EPIPE) || errors.Is(sent, unix.ECONNRESET) {
		return none, nil, errors.Join(sent, errStageEnded)
	}
	if sent != nil {
		return none, nil, sent
	}
	words, err := readWords(pipe[0])
	if err != nil {
		return none, nil, err
	}
	return s.replied(words)
}

// readWords reads a pipe to its end. The process at the other end writes only a few words.
func readWords(fd int) ([]byte, error) {
	var words []byte
	buf := make([]byte, 64)
	for {
		if err := readable(fd); err != nil {
			return nil, err
		}
		n, err := unix.Read(fd, buf)
		if err != nil || n == 0 {
			return words, err
		}
		words = append(words, buf[:n]...)
	}
}

// replied reads the stage's answer to a request.
func (s *starter) replied(words []byte) (startReply, *stage.Failure, error) {
	none := startReply{handle: -1}
	if err := readable(s.socket); err != nil {
		return none, nil, err
	}
	reply, control := make([]byte, stage.Reply), make([]byte, unix.CmsgSpace(4))
	n, controls, _, _, err := unix.Recvmsg(s.socket, reply, control, unix.MSG_CMSG_CLOEXEC)
	if err != nil || n != len(reply) {
		return none, nil, errors.Join(err, errStageEnded)
	}
	got := startReply{pid: int(binary.LittleEndian.Uint64(reply)), handle: -1, words: words}
	if controls > 0 {
		messages, err := unix.ParseSocketControlMessage(control[:controls])
		if err != nil || len(messages) != 1 {
			return none, nil, errors.Join(err, errStageEnded)
		}
		handles, err := unix.ParseUnixRights(&messages[0])
		if err != nil || len(handles) != 1 {
			return none, nil, errors.Join(err, errStageEnded)
		}
		got.handle = handles[0]
	}
	if errno := syscall.Errno(binary.LittleEndian.Uint64(reply[8:])); errno != 0 {
		return none, &stage.Failure{Call: "clone", Errno: errno}, nil
	}
	return got, nil, nil
}

// start starts a process that follows the plan, with the program's three descriptors and the further ones of the
// plan. It returns once the program runs, or with the call that failed; in both cases the process exists.
func (s *starter) start(p *stage.Plan, three []*os.File, more ...int) (startReply, *stage.Failure, error) {
	said, failure, err := s.request(p, three, more...)
	if err != nil || failure != nil {
		return said, failure, err
	}
	if failure = p.Failed(said.words); failure == nil {
		said.at, said.used = p.Began(s.region)
	}
	return said, failure, nil
}

// waitFor waits for a child to end.
func waitFor(pid int) error {
	for {
		if _, err := unix.Wait4(pid, nil, 0, nil); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// stop ends the stage.
func (s *starter) stop() error {
	if s == nil {
		return nil
	}
	err := unix.Close(s.socket)
	if s.pid != 0 {
		err = errors.Join(err, waitFor(s.pid))
	}
	if s.region != nil && !s.shared {
		err = errors.Join(err, unix.Munmap(s.region))
	}
	return errors.Join(err, s.rules.close())
}
