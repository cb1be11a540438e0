package api

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"os"
)

// hold reads the whole body, so that it can be hashed before the route runs. It replaces the body by
// what was read, and returns a hash of route and body. A body that is large, or of unknown size, is
// held in a temporary file. CodeInvalid: the body is incomplete.
func (c *call) hold() (content []byte, err error) {
	var held io.ReadSeekCloser
	if size := c.r.ContentLength; size >= 0 && size <= smallBody {
		held, err = inMemory(c.r.Body)
	} else {
		held, err = inFile(c.r.Body)
	}
	if file := new(fs.PathError); errors.As(err, &file) {
		return nil, fmt.Errorf("hold the request: %w", err)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	c.r.Body = held
	sum := sha256.New()
	media, parameters, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")) // the route refuses a damaged one
	fmt.Fprintf(sum, "%q %q %q\n", c.r.URL.Path, c.r.URL.Query().Encode(), media)
	if err := hashBody(sum, held, media, parameters["boundary"]); err != nil {
		return nil, errors.Join(err, held.Close())
	}
	if _, err := held.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return sum.Sum(nil), nil
}

// hashBody adds a body to a hash. Of a form it adds the parts, because clients choose another
// boundary each time that they send it.
func hashBody(sum hash.Hash, body io.ReadSeeker, media, boundary string) error {
	if media == mediaForm && boundary != "" {
		parts := sha256.New()
		if hashParts(parts, multipart.NewReader(body, boundary)) == nil {
			_, err := sum.Write(parts.Sum(nil))
			return err
		}
		if _, err := body.Seek(0, io.SeekStart); err != nil { // a damaged form, which the route refuses
			return err
		}
	}
	_, err := io.Copy(sum, body)
	return err
}

func hashParts(sum hash.Hash, form *multipart.Reader) error {
	for {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		one := sha256.New()
		if _, err := io.Copy(one, part); err != nil {
			return err
		}
		fmt.Fprintf(sum, "%q %x\n", part.Header.Get("Content-Disposition"), one.Sum(nil))
	}
}

// inMemory reads a body into memory.
func inMemory(body io.Reader) (io.ReadSeekCloser, error) {
	data, err := io.ReadAll(body)
	return memory{bytes.NewReader(data)}, err
}

// memory is a body in memory.
type memory struct{ *bytes.Reader }

// Close implements io.Closer.
func (memory) Close() error { return nil }

// inFile reads a body into a temporary file that has no name, so that it ends with the process.
func inFile(body io.Reader) (io.ReadSeekCloser, error) {
	f, err := os.CreateTemp("", "grader-request-")
	if err != nil {
		return nil, err
	}
	err = os.Remove(f.Name())
	if err == nil {
		_, err = io.Copy(f, body)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
