// Package hostile makes packs that git itself would not make, to test that a server survives them.
package hostile

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// Pack is a pack file under construction.
type Pack struct {
	b       bytes.Buffer
	objects uint32
}

// The kinds of objects in a pack.
const (
	Commit = 1
	Tree   = 2
	Blob   = 3
	offset = 6 // a delta whose base is given by its distance in bytes
)

// NewPack begins a pack.
func NewPack() *Pack {
	p := new(Pack)
	p.b.Write(make([]byte, 12))
	return p
}

// Add writes an object with its kind, the size that it claims, and its compressed content. It
// returns the object's offset, for Grow.
func (p *Pack) Add(kind int, size int64, content io.Reader) (at int, err error) {
	return p.add(kind, size, nil, content)
}

func (p *Pack) add(kind int, size int64, prefix []byte, content io.Reader) (at int, err error) {
	p.objects++
	at = p.b.Len()
	c := byte(kind<<4) | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		p.b.WriteByte(c | 0x80)
		c = byte(size & 0x7f)
	}
	p.b.WriteByte(c)
	p.b.Write(prefix)
	z, err := zlib.NewWriterLevel(&p.b, zlib.BestCompression)
	if err != nil {
		return at, err
	}
	if _, err := io.Copy(z, content); err != nil {
		return at, err
	}
	return at, z.Close()
}

// Grow adds a delta against the object at the offset base, which has from bytes. The delta repeats
// the first chunk bytes of that object times times.
func (p *Pack) Grow(base int, from, chunk, times int64) (at int, err error) {
	delta := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(from)), uint64(chunk*times))
	for range times {
		delta = append(delta, 0x80|0x70, byte(chunk), byte(chunk>>8), byte(chunk>>16)) // copy from 0
	}
	back := p.b.Len() - base
	distance := []byte{byte(back & 0x7f)}
	for back >>= 7; back > 0; back >>= 7 {
		back--
		distance = append([]byte{0x80 | byte(back&0x7f)}, distance...)
	}
	return p.add(offset, int64(len(delta)), distance, bytes.NewReader(delta))
}

// CommitOf adds a commit of a tree and returns the commit's name. The tree need not be in the pack.
func (p *Pack) CommitOf(tree string) (commit string, err error) {
	text := fmt.Sprintf("tree %s\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nx\n", tree)
	_, err = p.Add(Commit, int64(len(text)), strings.NewReader(text))
	return Name("commit", []byte(text)), err
}

// AddTree adds a tree with these entries in this order, and returns the tree's name.
func (p *Pack) AddTree(entries ...Entry) (tree string, err error) {
	var b []byte
	for _, e := range entries {
		b = append(b, e.Mode+" "+e.Name+"\x00"...)
		b = append(b, e.object[:]...)
	}
	_, err = p.Add(Tree, int64(len(b)), bytes.NewReader(b))
	return Name("tree", b), err
}

// Entry is an entry of a tree.
type Entry struct {
	Mode, Name string
	object     [sha1.Size]byte
}

// NewEntry makes an entry that names an object.
func NewEntry(mode, name, object string) (Entry, error) {
	e := Entry{Mode: mode, Name: name}
	_, err := hex.Decode(e.object[:], []byte(object))
	return e, err
}

// Name returns git's name for an object.
func Name(kind string, content []byte) string {
	return fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(content), content)))
}

// Bytes ends the pack with the right number of objects, and returns it.
func (p *Pack) Bytes() []byte { return p.Claiming(p.objects) }

// Claiming ends the pack with that number of objects in its header, right or wrong, and returns it.
func (p *Pack) Claiming(objects uint32) []byte {
	b := p.b.Bytes()
	copy(b, "PACK")
	binary.BigEndian.PutUint32(b[4:], 2)
	binary.BigEndian.PutUint32(b[8:], objects)
	sum := sha1.Sum(b)
	return append(b, sum[:]...)
}

// Zeros is an endless reader of zero bytes.
type Zeros struct{}

// Read fills p.
func (Zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
