package gitd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
)

// maxReport bounds the report of git on one ref, in bytes.
const maxReport = 64 << 10

// cutGrace is how long a client has to read the last message after git was killed.
const cutGrace = 10 * time.Second

// feed sends git the list and then the client's pack. If git ends early, feed reads and discards
// the rest, because a client that cannot send shows no report.
func (p *push) feed(r *repo.Receive) {
	_, err := r.Stdin.Write(p.sent.Raw)
	if err == nil && p.list.SendsPack() {
		err = pour(counted{r.Stdin, &p.pack}, p.session.channel)
	}
	r.Stdin.Close()
	if err != nil {
		_, _ = io.Copy(io.Discard, p.session.channel) // ends with the channel
	}
}

// counted is a writer that counts bytes before it passes them on.
type counted struct {
	w io.Writer
	n *atomic.Int64
}

// Write implements io.Writer.
func (c counted) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return c.w.Write(b)
}

// maxWords is the largest size of lastWords, in bytes.
const maxWords = 8 << 10

// lastWords holds the end of git's messages about a push.
type lastWords struct{ b []byte }

func (l *lastWords) add(text []byte) {
	l.b = append(l.b, text...)
	if extra := len(l.b) - maxWords; extra > 0 {
		l.b = append(l.b[:0], l.b[extra:]...)
	}
}

func (l *lastWords) text() string { return string(l.b) }

// pour copies until the stream ends. A client may keep its side open while it waits for the
// verdict, so pour keeps a large buffer only while more data is certain to arrive.
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
		case n < len(buf): // no more data has arrived yet
			buf, large = small, nil
		case large == nil:
			large = make([]byte, 32<<10)
			buf = large
		}
	}
}

// relay forwards git's progress as it arrives and returns git's report without sending it. It
// continues if the client has gone.
func (s *receiver) relay(ctx context.Context, p *push, r *repo.Receive) []byte {
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
			if pktline.Ended(report) && s.resolveEarly(ctx, p, r, report) {
				_, _ = io.Copy(io.Discard, in) // the post-receive hook prints nothing after it has recorded
				return report
			}
		case band == pktline.BandData:
			_ = p.side.Keepalive()
		default:
			p.said.add(text)
			_ = p.side.Write(band, text)
		}
	}
}

// resolveEarly records the push as soon as git reports that it has moved the ref, and resolves it. It
// does not wait for the post-receive hook, which git starts only after its report. If recording
// fails, it waits for the hook's attempt. It returns false if git ended and nothing was recorded.
func (s *receiver) resolveEarly(ctx context.Context, p *push, r *repo.Receive, report []byte) bool {
	if pktline.Accepts(report, p.intent.Ref) {
		s.recordEarly(ctx, p, report)
	}
	select {
	case <-p.reception.recordedDone:
	case <-r.Done():
		return false
	}
	is, _, _ := p.reception.facts()
	p.reception.resolve(outcome{kind: outcomeRecorded, report: report, recorded: is})
	return true
}

// recordEarly is the session's attempt to record a push. The student does not wait longer than the limit
// for it, even if the store does not return.
func (s *receiver) recordEarly(ctx context.Context, p *push, report []byte) {
	p.clock.accepted()
	s.resolveLate(p, func() outcome { return outcome{kind: outcomeStored, report: report} })
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Record)
	defer cancel()
	if _, err := s.recordPush(ctx, p); err != nil {
		s.Logger.Error("record a push", "intent", p.intent.ID, "error", err)
	}
}

// recordPush records a push whose ref git has moved, unless it is already recorded. It does not wake
// the queue: the job starts after the student has the report, because a starting runner would slow
// the report down.
func (s *receiver) recordPush(ctx context.Context, p *push) (*recorded, error) {
	return p.reception.record(ctx, func() (*recorded, error) {
		return s.recordOnce(ctx, p.intent, p.row, s.pushOf(p))
	})
}

// cut closes the connection of a client that does not read while git still runs.
func (p *push) cut() {
	if p.reception.running() {
		p.session.hangUp()
	}
}

// unpacked reports whether git has stored the pack. A hook refuses only after that, and has its own
// message.
func unpacked(report []byte) bool { return bytes.Contains(report, []byte("unpack ok\n")) }
