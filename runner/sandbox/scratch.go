package sandbox

import "os"

// Scratch is a directory that students' programs write to. Root never follows a
// link in it, and touches it only while no process of its owner lives.
//
// Names are relative, slash-separated and stay beneath Path; a name that leaves it,
// or that leads through a link, is CodeInvalid.
type Scratch struct {
	path string
}

// Caps bound what CopyOut copies; 0 is no bound.
type Caps struct {
	Files int   // regular files
	Bytes int64 // their bytes together
	Depth int   // directories above a file
}

// Skipped is a name that CopyOut did not copy, and why, in words for people.
type Skipped struct {
	Name string // relative to the scratch directory, as it stands there
	Why  string
}

// Path returns its absolute path.
func (s *Scratch) Path() string { return s.path }

// Mkdir makes a directory, and those above it.
func (s *Scratch) Mkdir(name string) error { panic("unwritten") }

// WriteFile writes a regular file, making the directories above it. An existing
// file is replaced. Of mode only the execute bits matter.
func (s *Scratch) WriteFile(name string, data []byte, mode os.FileMode) error {
	panic("unwritten")
}

// CopyIn copies the regular file src, one of the runner's own, to name.
func (s *Scratch) CopyIn(name, src string, mode os.FileMode) error { panic("unwritten") }

// Symlink makes name a symbolic link to target, which is not checked.
func (s *Scratch) Symlink(target, name string) error { panic("unwritten") }

// ReadFile reads a regular file with one link. CodeNotFound when there is none;
// CodeInvalid when it is something else; CodeLimit when it is longer than max
// bytes, along with its first max bytes.
func (s *Scratch) ReadFile(name string, max int64) ([]byte, error) { panic("unwritten") }

// CopyOut copies the regular files below it into dir, a directory of the runner's
// (or another scratch's Path), keeping execute bits, and returns what it left out:
// links, devices, names that are too deep or not UTF-8. CodeLimit when a cap on
// files or bytes is met; what was copied until then stays.
func (s *Scratch) CopyOut(dir string, c Caps) ([]Skipped, error) { panic("unwritten") }

// Seal makes everything in it read-only and readable for those steps that name it
// (or something below it) in Step.Read. From then on no step can own it.
func (s *Scratch) Seal() error { panic("unwritten") }

// Remove removes the directory and everything below it, whatever its names,
// modes and depth.
func (s *Scratch) Remove() error { panic("unwritten") }
