package repo_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/grader/grader/gitd/repo"
)

// packer writes packs that no git would.
type packer struct {
	b       bytes.Buffer
	objects uint32
}

const (
	packCommit = 1
	packBlob   = 3
	packOffset = 6 // a delta whose base stands so many bytes before
)

func newPacker() *packer {
	p := new(packer)
	p.b.Write(make([]byte, 12))
	return p
}

// add writes an object's header, then its content deflated, and returns its offset.
func (p *packer) add(kind int, size int64, prefix []byte, content io.Reader) int {
	p.objects++
	at := p.b.Len()
	c := byte(kind<<4) | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		p.b.WriteByte(c | 0x80)
		c = byte(size & 0x7f)
	}
	p.b.WriteByte(c)
	p.b.Write(prefix)
	z, _ := zlib.NewWriterLevel(&p.b, 9)
	if _, err := io.Copy(z, content); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return at
}

// grow adds a delta that repeats the first chunk bytes of the object at base.
func (p *packer) grow(base int, from, chunk, times int64) int {
	delta := leb(leb(nil, from), chunk*times)
	for range times {
		delta = append(delta, 0x80|0x70, byte(chunk), byte(chunk>>8), byte(chunk>>16)) // copy from 0
	}
	back := p.b.Len() - base
	distance := []byte{byte(back & 0x7f)}
	for back >>= 7; back > 0; back >>= 7 {
		back--
		distance = append([]byte{0x80 | byte(back&0x7f)}, distance...)
	}
	return p.add(packOffset, int64(len(delta)), distance, bytes.NewReader(delta))
}

func leb(b []byte, n int64) []byte { return binary.AppendUvarint(b, uint64(n)) }

func (p *packer) bytes() []byte {
	b := p.b.Bytes()
	copy(b, "PACK")
	binary.BigEndian.PutUint32(b[4:], 2)
	binary.BigEndian.PutUint32(b[8:], p.objects)
	sum := sha1.Sum(b)
	return append(b, sum[:]...)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// commitOf makes a commit of a tree that need not exist.
func (p *packer) commitOf(tree string) string {
	text := fmt.Sprintf("tree %s\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nx\n", tree)
	p.add(packCommit, int64(len(text)), nil, strings.NewReader(text))
	return fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "commit %d\x00%s", len(text), text)))
}

// throw sends a list and a pack to a receive-pack as a client would.
func (b *bundle) throw(commit string, pack []byte) *repo.Receive {
	b.t.Helper()
	lock, err := b.Lock(context.Background(), 1)
	if err != nil {
		b.t.Fatal(err)
	}
	defer unlock(b.t, lock)
	r, err := b.ReceiveCommands(context.Background(), 1, lock, "token")
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = r.Close() })
	line := repo.NoCommit + " " + commit + " refs/heads/main\x00report-status side-band-64k\n"
	if _, err := fmt.Fprintf(r.Stdin, "%04x%s0000%s", len(line)+4, line, pack); err != nil {
		b.t.Fatal(err)
	}
	r.Stdin.Close()
	return r
}

func peakMemory(r *repo.Receive) int64 {
	return repo.StateOf(r).SysUsage().(*syscall.Rusage).Maxrss << 10
}

func TestADeltaBombIsCapped(t *testing.T) {
	t.Parallel()
	for name, sizes := range map[string][2]int64{"one object of two gigabytes": {130, 1}, "three objects of 120 MB, one on the other": {8, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPacker()
			const chunk, middle = 60 << 10, 15 << 20
			at := p.add(packBlob, chunk, nil, io.LimitReader(zeros{}, chunk))
			at = p.grow(at, chunk, chunk, middle/chunk)
			from := int64(middle)
			for range sizes[1] {
				at = p.grow(at, from, middle, sizes[0])
				from = middle * sizes[0]
			}
			commit := p.commitOf(strings.Repeat("1", 40))
			pack := p.bytes()
			if len(pack) > 32<<10 {
				t.Fatalf("the bomb has %d bytes", len(pack))
			}
			b := newBundle(t)
			r := b.throw(commit, pack)
			report, err := io.ReadAll(r.Stdout)
			if err != nil {
				t.Fatal(err)
			}
			_ = r.Wait()
			if !strings.Contains(string(report), "ng refs/heads/main") {
				t.Errorf("report: %q", report)
			}
			if peak := peakMemory(r); peak > 512<<20 {
				t.Errorf("git took %d MB", peak>>20)
			} else {
				t.Logf("a pack of %d bytes: %d MB", len(pack), peak>>20)
			}
		})
	}
}

func TestAZlibBombEndsWithItsGroup(t *testing.T) {
	t.Parallel()
	p := newPacker()
	const size = 2 << 30
	p.add(packBlob, size, nil, io.LimitReader(zeros{}, 1<<20)) // git will wait for the rest of what is announced
	commit := p.commitOf(strings.Repeat("1", 40))
	pack := p.bytes()
	b := newBundle(t)
	r := b.throw(commit, pack[:len(pack)-40])
	r.Kill()
	if err := r.Wait(); err == nil {
		t.Error("killed without an error")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	lock, err := b.Lock(ctx, 1) // no heir is left, index-pack neither
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(b.t, lock)
	dir, _ := b.Path(1)
	if left := files(t, filepath.Join(dir, "objects")); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}
