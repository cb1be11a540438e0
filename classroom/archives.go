package classroom

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// ArchiveStore is the part of the store that archiving an assignment uses.
type ArchiveStore interface {
	// CountedAt returns the submission of each owner that counted for an assignment at a time,
	// by owner.
	CountedAt(ctx context.Context, a schema.Assignment, at time.Time) ([]schema.ArchivedWork, error)
}

// Archives implements the actions that collect the work of a class.
type Archives struct {
	store  ArchiveStore
	grades *Grades
	trees  Trees
	clock  func() time.Time
}

// ManifestName is the file of an archive that lists its contents. It cannot be an owner's name.
const ManifestName = "MANIFEST.json"

// Archive holds the counting submissions of an assignment. Its JSON form is the manifest.
type Archive struct {
	Assignment string                `json:"assignment"` // COURSE/ASSIGNMENT
	At         time.Time             `json:"at"`         // time of the selection, in the course's zone
	Works      []schema.ArchivedWork `json:"works"`
	Repository []int64               `json:"repositories,omitempty"` // repository of each work, for writing the files
}

// ArchiveRequest names an assignment and a time.
type ArchiveRequest struct {
	Course, Assignment string
	At                 string // local time, that minute included; "" is now
}

// Gather returns the counting submissions of all owners whose work the actor may see. For a
// past time it considers only submissions received and extensions granted by then.
func (r *Archives) Gather(ctx context.Context, by schema.Actor, q ArchiveRequest) (Archive, error) {
	m, a, _, err := r.grades.assignment(ctx, by, q.Course, q.Assignment)
	if err == nil {
		err = course.MaySeeGrades(m.Viewer(), q.Course, "")
	}
	if err != nil {
		return Archive{}, err
	}
	zone, at := m.Course.Location(), r.clock()
	if q.At != "" {
		if at, err = course.ParseMinute("at", q.At, zone); err != nil {
			return Archive{}, err
		}
		if at = at.Add(time.Minute - time.Microsecond); at.After(r.clock()) {
			return Archive{}, schema.Errorf(schema.CodeInvalid, "at %s is in the future", q.At)
		}
	}
	works, err := r.store.CountedAt(ctx, a, at)
	if err != nil {
		return Archive{}, err
	}
	works = slices.DeleteFunc(works, func(w schema.ArchivedWork) bool { return !m.Viewer().In(a.Name).SeesOwner(w.Owner) })
	archive := Archive{Assignment: a.Path(), At: at.In(zone), Works: works}
	for i, w := range works {
		works[i].ReceivedAt = w.ReceivedAt.In(zone)
		archive.Repository = append(archive.Repository, w.Repository)
	}
	return archive, nil
}

// Write writes an archive as a tar or a zip. The manifest comes first; the files of each
// work are in a directory with its owner's name. Write streams the files and does not hold
// them in memory.
func (a Archive) Write(ctx context.Context, trees Trees, w io.Writer, zipped bool) error {
	repositories := a.Repository
	a.Repository = nil
	manifest, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	manifest = append(manifest, '\n')
	out := packer(&tarPacker{tar.NewWriter(w)})
	if zipped {
		out = &zipPacker{zip.NewWriter(w)}
	}
	if err := out.add(ManifestName, 0o644, a.At, int64(len(manifest)), bytes.NewReader(manifest)); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	for i, work := range a.Works {
		if err := copyTree(ctx, trees, repositories[i], work, out); err != nil {
			return fmt.Errorf("archive submission %d of %s: %w", work.Number, work.Owner, err)
		}
	}
	return out.Close()
}

// copyTree adds the files of one work.
func copyTree(ctx context.Context, trees Trees, repository int64, work schema.ArchivedWork, out packer) error {
	read, write := io.Pipe()
	exported := make(chan error, 1)
	go func() {
		err := trees.ExportTar(ctx, repository, work.Commit, write)
		_ = write.CloseWithError(err) // never fails
		exported <- err
	}()
	err := copyFiles(tar.NewReader(read), work, out)
	_ = read.CloseWithError(err) // never fails; makes an unfinished export stop
	if failed := <-exported; failed != nil && (err == nil || errors.Is(err, failed)) {
		return failed
	}
	return err
}

func copyFiles(in *tar.Reader, work schema.ArchivedWork, out packer) error {
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := out.add(path.Join(work.Owner, h.Name), h.FileInfo().Mode().Perm(), work.ReceivedAt, h.Size, in); err != nil {
			return err
		}
	}
}

// packer writes files into an archive.
type packer interface {
	add(name string, mode fs.FileMode, at time.Time, size int64, r io.Reader) error
	Close() error
}

type tarPacker struct{ *tar.Writer }

func (p *tarPacker) add(name string, mode fs.FileMode, at time.Time, size int64, r io.Reader) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: int64(mode), ModTime: at.Truncate(time.Second), Format: tar.FormatPAX}
	if err := p.WriteHeader(h); err != nil {
		return err
	}
	_, err := io.Copy(p, r)
	return err
}

type zipPacker struct{ *zip.Writer }

func (p *zipPacker) add(name string, mode fs.FileMode, at time.Time, _ int64, r io.Reader) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at}
	h.SetMode(mode)
	w, err := p.CreateHeader(h)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}
