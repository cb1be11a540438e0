package repo

import (
	"bytes"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// maxTag bounds an annotated tag, in bytes.
const maxTag = 64 << 10

// TagTargets reads a pack and returns the target of each annotated tag, by the tag's name. It stops
// at the first object that is incomplete or too large for a tag. If the input is not a pack, it
// returns no tags.
func TagTargets(pack io.Reader) map[string]string {
	targets := map[string]string{}
	scanner := packfile.NewScanner(pack)
	_, objects, err := scanner.Header()
	if err != nil {
		return targets
	}
	for range objects {
		header, err := scanner.NextObjectHeader()
		if err != nil || header.Length > maxTag {
			return targets
		}
		var content bytes.Buffer
		if _, _, err := scanner.NextObject(&content); err != nil {
			return targets
		}
		if header.Type != plumbing.TagObject {
			continue
		}
		encoded := &plumbing.MemoryObject{}
		encoded.SetType(plumbing.TagObject)
		if _, err := encoded.Write(content.Bytes()); err != nil {
			return targets
		}
		var tag object.Tag
		if tag.Decode(encoded) == nil {
			targets[encoded.Hash().String()] = tag.Target.String()
		}
	}
	return targets
}
