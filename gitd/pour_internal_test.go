package gitd

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

func TestPourCopiesEveryByte(t *testing.T) {
	t.Parallel()
	pack := make([]byte, 300<<10)
	for i := range pack {
		pack[i] = byte(rand.Uint32())
	}
	for name, from := range map[string]io.Reader{
		"all at once":           bytes.NewReader(pack),
		"byte by byte":          iotest.OneByteReader(bytes.NewReader(pack)),
		"the end with the data": iotest.DataErrReader(bytes.NewReader(pack)),
		"half of what is asked": iotest.HalfReader(bytes.NewReader(pack)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			if err := pour(&got, from); err != nil || !bytes.Equal(got.Bytes(), pack) {
				t.Errorf("%d bytes, error %v; want all %d", got.Len(), err, len(pack))
			}
		})
	}
}

func TestPourReportsWhichSideFailed(t *testing.T) {
	t.Parallel()
	broke := errors.New("broke")
	if err := pour(io.Discard, iotest.ErrReader(broke)); !errors.Is(err, broke) {
		t.Errorf("a broken reader: %v", err)
	}
	r, w := io.Pipe()
	r.CloseWithError(broke)
	if err := pour(w, bytes.NewReader([]byte("x"))); !errors.Is(err, broke) {
		t.Errorf("a broken writer: %v", err)
	}
}

// TestPourKeepsSmallBuffer checks that a client that keeps its side open while it waits costs
// little memory.
func TestPourKeepsSmallBuffer(t *testing.T) {
	t.Parallel()
	asked := make(chan int, 8)
	chunks := [][]byte{make([]byte, 300), make([]byte, 512), make([]byte, 100), nil}
	err := pour(io.Discard, readerFunc(func(p []byte) (int, error) {
		asked <- len(p)
		next := chunks[0]
		if chunks = chunks[1:]; next == nil {
			return 0, io.EOF
		}
		return copy(p, next), nil
	}))
	close(asked)
	var sizes []int
	for n := range asked {
		sizes = append(sizes, n)
	}
	if err != nil || len(sizes) != 4 || sizes[0] != 512 || sizes[1] != 512 || sizes[2] <= 512 || sizes[3] != 512 {
		t.Errorf("buffers of %v bytes, error %v; want the large one only behind a full one", sizes, err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
