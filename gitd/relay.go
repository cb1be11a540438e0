package gitd

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
)

// maxReport bounds git's report on one ref, in bytes.
const maxReport = 64 << 10

// cutGrace is how long a client has to read what is said to it once git was ended.
const cutGrace = 10 * time.Second

// feed gives git the list and then what the client sends. Where git ends early, the
// rest is read all the same: a client that cannot send shows no report.
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

// maxWords bounds lastWords, in bytes.
const maxWords = 8 << 10

// lastWords are the end of what git said of a push.
type lastWords struct{ b []byte }

func (l *lastWords) add(text []byte) {
	l.b = append(l.b, text...)
	if extra := len(l.b) - maxWords; extra > 0 {
		l.b = append(l.b[:0], l.b[extra:]...)
	}
}

func (l *lastWords) text() string { return string(l.b) }

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
func (s *receiver) relay(p *push, r *repo.Receive) []byte {
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
			if pktline.Ended(report) && p.resolveEarly(r, report) {
				_, _ = io.Copy(io.Discard, in) // the post-receive hook that has recorded says nothing
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

// resolveEarly lets the session go on once the push is recorded: git reports before it
// runs the post-receive hook. False: git has ended without.
func (p *push) resolveEarly(r *repo.Receive, report []byte) bool {
	select {
	case <-p.reception.recordedDone:
	case <-r.Done():
		return false
	}
	is, _, _ := p.reception.facts()
	p.reception.resolve(outcome{kind: outcomeRecorded, report: report, recorded: is})
	return true
}

// cut closes the connection of a client that reads nothing of what is said to it.
func (p *push) cut() {
	if p.reception.running() {
		p.session.hangUp()
	}
}

// unpacked reports whether git has stored the pack. A hook's refusal comes after that,
// and has words of its own.
func unpacked(report []byte) bool { return bytes.Contains(report, []byte("unpack ok\n")) }
