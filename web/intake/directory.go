package intake

import (
	"archive/zip"
	"errors"
	"io"
	"math"

	"github.com/grader/grader/schema"
)

// maxDirectory is the maximum size of a zip's directory, in bytes: maxFiles files with long paths, and as
// many that are skipped.
const maxDirectory = 4 << 20

// entryCost is how many bytes of memory archive/zip takes for a byte of a zip's directory. An entry has at least
// 46 bytes there, and a zip.File has about 250.
const entryCost = 8

// errDirectory is the error for a zip whose directory is too large.
var errDirectory = errors.New("the directory of the zip is too large")

// directory reads a zip, and while the zip's directory is read, reserves memory for its entries.
type directory struct {
	io.ReaderAt
	place    *Place
	left     int64 // bytes that may still be read
	reserved int64
}

// ReadAt implements io.ReaderAt.
func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	if d.left == math.MaxInt64 { // the directory has been read
		return d.ReaderAt.ReadAt(p, off)
	}
	if d.left -= int64(len(p)); d.left < 0 {
		return 0, errDirectory
	}
	more := entryCost * int64(len(p))
	if err := d.place.reserve(more); err != nil {
		return 0, err
	}
	d.reserved += more
	return d.ReaderAt.ReadAt(p, off)
}

// openZip opens a zip. The caller must call release when it no longer needs the zip. The error has ErrBusy if there
// is no room.
func (p *Place) openZip(from io.ReaderAt, size int64, name string) (archive *zip.Reader, release func(), err error) {
	d := &directory{ReaderAt: from, place: p, left: maxDirectory}
	archive, err = zip.NewReader(d, size)
	switch {
	case err == nil || errors.Is(err, zip.ErrInsecurePath):
		d.left = math.MaxInt64
		return archive, func() { p.release(d.reserved) }, nil
	case errors.Is(err, errDirectory):
		err = schema.Errorf(schema.CodeInvalid, "%.60q lists too many files: its directory has more than %s; hand in fewer", name, schema.Size(maxDirectory))
	case !errors.Is(err, ErrBusy):
		err = schema.Errorf(schema.CodeInvalid, "%.60q is not a readable zip file", name)
	}
	p.release(d.reserved)
	return nil, nil, err
}
