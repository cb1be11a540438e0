package gitd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
)

// maxReport bounds git's report on one ref, in bytes.
const maxReport = 64 << 10

// cutGrace is how long a client has to take what is said to it once git was ended.
const cutGrace = 10 * time.Second

// lock waits for the repository; somebody else's push there takes seconds.
func (s *Server) lock(ctx context.Context, p *push) (*repo.Lock, *refusal, error) {
	bounded, cancel := context.WithTimeout(ctx, s.Limits.Lock)
	defer cancel()
	lock, err := s.Repos.Lock(bounded, p.row.ID)
	switch {
	case err == nil:
		return lock, nil, nil
	case errors.Is(context.Cause(ctx), errStopping):
		return nil, &refusal{"try again later", "the server is stopping. Push again in a moment"}, nil
	case errors.Is(err, context.DeadlineExceeded):
		return nil, &refusal{"busy", "another push to this repository is still coming in. Push again when it has ended"}, nil
	}
	return nil, nil, fmt.Errorf("lock: %w", err)
}

// receive runs git receive-pack from the intent's row to the recorded submission.
func (s *Server) receive(ctx context.Context, p *push, lock *repo.Lock) (taken, error) {
	r, err := s.Repos.ReceiveCommands(ctx, p.row.ID, lock, p.token)
	if err != nil {
		return taken{}, fmt.Errorf("start git: %w", err)
	}
	defer func() { _ = r.Close() }() // ends what still runs
	p.mu.Lock()
	p.kill = r.Kill
	p.mu.Unlock()
	p.intent.ProcessGroup = r.ProcessGroup
	// From here on nothing may depend on the client: git can move the ref.
	ctx = context.WithoutCancel(ctx)
	if err := s.Ledger.OpenIntent(ctx, p.intent); err != nil {
		return taken{}, fmt.Errorf("open intent: %w", err)
	}
	report := s.converse(p, r)
	is, moved, err := s.settleReceived(ctx, p)
	if err != nil {
		s.Logger.Error("settle a push", "intent", p.intent.ID, "error", err)
		s.wakeRetrier()
	}
	return taken{report: report, is: is, moved: moved}, nil
}

// settleReceived returns what the post-receive hook has recorded; where it has not,
// the ref tells what happened.
func (s *Server) settleReceived(ctx context.Context, p *push) (is *recorded, moved bool, err error) {
	p.mu.Lock()
	is = p.settled
	p.mu.Unlock()
	if is != nil {
		return is, true, nil
	}
	return s.settle(ctx, p.intent, p.row)
}

// converse feeds git and relays what it says, until it has ended; it returns the report.
func (s *Server) converse(p *push, r *repo.Receive) []byte {
	var arrived atomic.Bool
	late := time.AfterFunc(s.Limits.Pack, func() {
		if arrived.Load() {
			p.abort(fmt.Sprintf("git could not take the pack in within %v. Push fewer or smaller files", s.Limits.Unpack))
		} else {
			p.abort(fmt.Sprintf("the pack did not come within %v. Push again", s.Limits.Pack))
		}
		time.AfterFunc(cutGrace, p.cut)
	})
	p.session.readers.Go(func() {
		p.feed(r)
		arrived.Store(true)
		if late.Stop() {
			late.Reset(s.Limits.Unpack)
		}
	})
	report := p.relay(r)
	if err := r.Wait(); err != nil {
		s.Logger.Info("git refused a push", "repository", p.row.ID, "error", err)
	}
	late.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kill = nil // a timer that fires now changes nothing
	return report
}

// feed gives git the list and then what the client sends. Where git ends early, the
// rest is read all the same: a client that cannot send shows no report.
func (p *push) feed(r *repo.Receive) {
	_, err := r.Stdin.Write(p.list.Raw)
	if err == nil && p.list.SendsPack() {
		err = pour(r.Stdin, p.session.channel)
	}
	r.Stdin.Close()
	if err != nil {
		_, _ = io.Copy(io.Discard, p.session.channel) // ends with the channel
	}
}

// pour copies until the stream ends. A client may keep its side open for as long as it
// waits for the verdict, so a large buffer is held only while more is sure to come.
func pour(w io.Writer, r io.Reader) error {
	small := make([]byte, 512)
	var large []byte
	for buf := small; ; {
		n, err := r.Read(buf)
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case n < len(buf): // all that had come
			buf, large = small, nil
		case large == nil:
			large = make([]byte, 32<<10)
			buf = large
		}
	}
}

// relay forwards git's progress as it comes and holds its report back. A client
// that is gone changes nothing.
func (p *push) relay(r *repo.Receive) []byte {
	in := bufio.NewReader(r.Stdout)
	if p.side == nil {
		report, _ := io.ReadAll(io.LimitReader(in, maxReport))
		return report
	}
	var report, buf []byte
	for {
		payload, flush, err := pktline.Read(in, buf)
		if err != nil || flush || len(report) > maxReport {
			return report
		}
		if len(payload) == 0 {
			continue
		}
		buf = payload[:0]
		switch band, text := payload[0], payload[1:]; {
		case band == pktline.BandData && len(text) > 0:
			report = append(report, text...)
			if pktline.Ended(report) && p.hurry(r, report) {
				_, _ = io.Copy(io.Discard, in) // the post-receive hook that has recorded says nothing
				return report
			}
		case band == pktline.BandData:
			_ = p.side.Keepalive()
		default:
			_ = p.side.Write(band, text)
		}
	}
}

// hurry lets the session go on once the push is recorded: git reports before it runs
// the post-receive hook. False: git has ended without.
func (p *push) hurry(r *repo.Receive, report []byte) bool {
	select {
	case <-p.booked:
	case <-r.Done():
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.early <- taken{report: report, is: p.settled, moved: true}
	return true
}

// cut closes the connection of a client that takes nothing of what is said to it.
func (p *push) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kill != nil {
		p.session.hangUp()
	}
}

// abort ends git, with words for the person.
func (p *push) abort(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kill == nil {
		return
	}
	if p.late == "" {
		p.late = why
	}
	p.kill()
}
