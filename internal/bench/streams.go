package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// Targets of open event streams.
const (
	streamMemory = 300 << 20   // resident bytes of the server
	streamSpread = time.Second // from the end of a job until every reader has the verdict
)

// streamsEach is the number of open streams of each reader; the server allows 24 of each kind.
const streamsEach = 20

// kindOfStream is one of the server's two kinds of event streams.
type kindOfStream struct {
	name string // for people
	dir  string // directory of the server
	path string // path of a submission's streams, after its name
	last string // the event with the verdict
	sign func(ctx context.Context, p *demo.Person, site string) (header string, err error)
}

// streams measures the server's memory with many open event streams of pages and of the API. It
// also measures the time until the verdict of one submission has reached all of them.
func (b *bench) streams(ctx context.Context) error {
	if err := raiseFiles(); err != nil {
		return err
	}
	for _, kind := range []kindOfStream{
		{"pages", "pages", "/bench/a1/first/1/-/events", "event: end", signInToSite},
		{"the API", "api", "/api/v1/courses/bench/assignments/a1/submissions/first/1/events", "event: submission", makeToken},
	} {
		if err := b.streamsOf(ctx, kind); err != nil {
			return fmt.Errorf("streams of %s: %w", kind.name, err)
		}
	}
	return nil
}

// raiseFiles raises the limit of open files to the maximum, for this process and the server that it
// starts.
func raiseFiles() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	limit.Cur = limit.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("raise the limit of open files: %w", err)
	}
	return nil
}

func (b *bench) streamsOf(ctx context.Context, kind kindOfStream) error {
	s, err := startServer(ctx, filepath.Join(b.dir, "streams-"+kind.dir), config(0, 1)+"limits: {connections: 8192, strangers: 8192}\n")
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.waitingPush(ctx, b); err != nil {
		return err
	}
	headers, err := s.readers(ctx, (b.size.streams+streamsEach-1)/streamsEach, kind)
	if err != nil {
		return err
	}
	before, err := s.memory()
	if err != nil {
		return err
	}
	all, err := s.openStreams(ctx, headers, b.size.streams, kind)
	defer func() {
		for _, r := range all {
			r.conn.Close()
		}
	}()
	if err != nil {
		return err
	}
	return s.verdictTo(ctx, all, before, kind)
}

// waitingPush creates a course with a submission that waits, because the pool is paused.
func (s *server) waitingPush(ctx context.Context, b *bench) error {
	if err := s.course(ctx, "a1", trivial()); err != nil {
		return err
	}
	if _, err := b.byHand(ctx, 0); err != nil {
		return err
	}
	first, err := s.person(ctx, "first", "student")
	if err != nil {
		return err
	}
	if _, err := s.Admin(ctx, "pools", "pause", "standard"); err != nil {
		return err
	}
	work, err := first.Commit(ctx, "bench/a1", filepath.Join(b.dir, "hand"))
	if err != nil {
		return err
	}
	return pushTo(ctx, first, work, first.URL("bench/a1"), "-o", "nowait")
}

// readers creates teaching assistants and returns an HTTP header for each that authenticates them.
func (s *server) readers(ctx context.Context, n int, kind kindOfStream) ([]string, error) {
	headers := make([]string, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i := range headers {
		group.Go(func() error {
			p, err := s.person(ctx, fmt.Sprintf("ta%d", i), "ta")
			if err != nil {
				return err
			}
			headers[i], err = kind.sign(ctx, p, s.Web)
			return err
		})
	}
	return headers, group.Wait()
}

// signInToSite signs in and returns the header with the session's cookie.
func signInToSite(ctx context.Context, p *demo.Person, site string) (string, error) {
	said, err := p.SSH(ctx, "login")
	if err != nil {
		return "", err
	}
	link := linkPattern.FindString(said.Output)
	if link == "" {
		return "", fmt.Errorf("no link in %q", said.Output)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, site+link, nil)
	if err != nil {
		return "", err
	}
	reply, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	reply.Body.Close()
	for _, cookie := range reply.Cookies() {
		if strings.HasSuffix(cookie.Name, "session") {
			return "Cookie: " + cookie.Name + "=" + cookie.Value, nil
		}
	}
	return "", fmt.Errorf("signing in: %s", reply.Status)
}

// linkPattern and tokenPattern match the output of the commands login and token create.
var (
	linkPattern  = regexp.MustCompile(`/-/login/\w+`)
	tokenPattern = regexp.MustCompile(`grader_\w+`)
)

// makeToken creates an API token and returns the header with it.
func makeToken(ctx context.Context, p *demo.Person, _ string) (string, error) {
	said, err := p.SSH(ctx, "token", "create", "bench")
	if err != nil {
		return "", err
	}
	token := tokenPattern.FindString(said.Output)
	if token == "" {
		return "", fmt.Errorf("no token in %q", said.Output)
	}
	return "Authorization: Bearer " + token, nil
}

// streamReader reads one stream. It does not use net/http, so that five thousand fit on a small
// machine.
type streamReader struct {
	conn net.Conn
	in   *bufio.Reader
	got  time.Time // arrival of the verdict
}

// openStreams opens n streams, and uses each header for streamsEach of them.
func (s *server) openStreams(ctx context.Context, headers []string, n int, kind kindOfStream) ([]*streamReader, error) {
	all := make([]*streamReader, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := range all {
		group.Go(func() (err error) {
			all[i], err = openStream(ctx, strings.TrimPrefix(s.Web, "http://"), headers[i/streamsEach], kind.path)
			return err
		})
	}
	err := group.Wait()
	var open []*streamReader
	for _, r := range all {
		if r != nil {
			open = append(open, r)
		}
	}
	return open, err
}

// openStream opens a stream and waits for the beginning of the response.
func openStream(ctx context.Context, address, header, path string) (*streamReader, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	r := &streamReader{conn: conn, in: bufio.NewReaderSize(conn, 1024)}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", path, address, header); err != nil {
		return r, err
	}
	status, err := r.in.ReadString('\n')
	if err == nil && !strings.Contains(status, " 200 ") {
		err = fmt.Errorf("the server answers %q", strings.TrimSpace(status))
	}
	return r, err
}

// read reads until the event with the verdict.
func (r *streamReader) read(last string) error {
	for {
		line, err := r.in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("a stream ended before its verdict: %w", err)
		}
		if strings.HasPrefix(line, last) {
			r.got = time.Now()
			return nil
		}
	}
}

// verdictTo lets the job run. It prints the memory while all streams wait, and the time until all
// have the verdict.
func (s *server) verdictTo(ctx context.Context, all []*streamReader, before int64, kind kindOfStream) error {
	var group errgroup.Group
	for _, r := range all {
		group.Go(func() error { return r.read(kind.last) })
	}
	waiting, err := s.settledMemory()
	if err != nil {
		return err
	}
	if _, err := s.Admin(ctx, "pools", "resume", "standard"); err != nil {
		return err
	}
	used, own := s.processorTime(), processorTime()
	if err := group.Wait(); err != nil {
		return err
	}
	used, own = s.processorTime()-used, processorTime()-own
	ended, err := s.memory()
	if err != nil {
		return err
	}
	finished, err := s.finishedAt(ctx)
	if err != nil {
		return err
	}
	var delays sample
	for _, r := range all {
		delays = append(delays, r.got.Sub(finished))
	}
	fmt.Printf("%d event streams of %s: server %d MB (%.0f KB each), %d MB after the verdict\n", len(all), kind.name, waiting>>20,
		float64(waiting-before)/1024/float64(len(all)), ended>>20)
	fmt.Printf("  %-44s p50 %9s   p99 %9s   most %9s\n", "from the end of the job to the verdict", round(delays.median()), round(delays.quantile(0.99)), round(delays.quantile(1)))
	fmt.Printf("  processor time from the start of the runner: server %s, readers %s\n", round(used), round(own))
	fmt.Printf("  targets: %d MB %s, all within %s %s\n", streamMemory>>20, kept(max(waiting, ended) < streamMemory), streamSpread, kept(delays.quantile(1) <= streamSpread))
	return nil
}

// processorTime returns the processor time of the server without its runners, or 0 if it cannot be
// read.
func (s *server) processorTime() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.PID()))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name may contain spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // there are 100 ticks per second
}

func kept(yes bool) string {
	if yes {
		return "kept"
	}
	return "NOT KEPT"
}

// finishedAt returns the time when the runner finished grading the submission.
func (s *server) finishedAt(ctx context.Context) (time.Time, error) {
	text, err := s.Admin(ctx, "submissions", "bench/a1", "--json")
	if err != nil {
		return time.Time{}, err
	}
	var all []schema.PublicSubmission
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return time.Time{}, err
	}
	if len(all) != 1 || all[0].Times == nil {
		return time.Time{}, fmt.Errorf("no result in %s", text)
	}
	return all[0].Times.FinishedAt, nil
}
