package repo

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// ReadBlob returns a blob. CodeLimit: it has more than max bytes. CodeNotFound: it does not exist.
func (s *Store) ReadBlob(ctx context.Context, id int64, q Quarantine, hash string, max int64) ([]byte, error) {
	blobs, err := s.ReadBlobs(ctx, id, q, []string{hash}, max)
	return blobs[hash], err
}

// headerSize is an upper bound for what git writes before and after each object.
const headerSize = 128

// ReadBlobs returns several blobs by name, through one git process. CodeLimit: together they have
// more than max bytes. CodeNotFound: one is missing; the message names the first.
func (s *Store) ReadBlobs(ctx context.Context, id int64, q Quarantine, hashes []string, max int64) (map[string][]byte, error) {
	for _, hash := range hashes {
		if err := checkObject(hash); err != nil {
			return nil, err
		}
	}
	list := []byte(strings.Join(hashes, "\n") + "\n")
	out, err := s.read(ctx, id, q, command{max: int(max) + headerSize*len(hashes), stdin: list, args: []string{"cat-file", "--batch"}})
	if err != nil {
		return nil, fmt.Errorf("read blobs: %w", err)
	}
	blobs, total := make(map[string][]byte, len(hashes)), int64(0)
	for _, hash := range hashes {
		content, rest, err := cutBlob(out, hash)
		if err != nil {
			return nil, err
		}
		out, blobs[hash] = rest, content
		if total += int64(len(content)); total > max {
			return nil, schema.Errorf(schema.CodeLimit, "more than %d bytes", max)
		}
	}
	return blobs, nil
}

// cutBlob removes one answer of cat-file --batch, "NAME blob SIZE\nCONTENT\n", from the front of
// git's output.
func cutBlob(out []byte, hash string) (content, rest []byte, err error) {
	header, after, _ := bytes.Cut(out, []byte("\n"))
	fields := strings.Fields(string(header))
	if len(fields) == 2 && fields[1] == "missing" {
		return nil, nil, schema.Errorf(schema.CodeNotFound, "there is no blob %s", hash)
	}
	if len(fields) != 3 || fields[0] != hash {
		return nil, nil, fmt.Errorf("blob %s: unexpected answer %q", hash, header)
	}
	if fields[1] != "blob" {
		return nil, nil, schema.Errorf(schema.CodeNotFound, "%s is a %s, not a blob", hash, fields[1])
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil || size < 0 || size+1 > len(after) {
		return nil, nil, fmt.Errorf("blob %s: cut short", hash)
	}
	return bytes.Clone(after[:size]), after[size+1:], nil
}
