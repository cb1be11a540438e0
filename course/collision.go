package course

import "strings"

// collisions judges whether a file system that ignores case could hold every path:
// no two names, of files or of directories, may differ in case alone.
func (f *findings) collisions(entries []TreeEntry) {
	c := collider{folded: map[string]string{}}
	files := map[string]bool{}
	for _, e := range entries {
		if files[e.Path] {
			f.add("%s is in the tree twice: commit it again", show(e.Path))
			return
		}
		files[e.Path] = true
		if other, name := c.place(e.Path); other != "" {
			f.add("%s and %s differ only in case, and some systems cannot hold both: rename one", show(other), show(name))
			return
		}
	}
}

// collider remembers names without their case.
type collider struct {
	folded map[string]string // to the first name that folds so
}

// place notes a path and the directories above it, and returns the first pair that
// collides.
func (c *collider) place(name string) (other, colliding string) {
	key := fold(name)
	first, seen := c.folded[key]
	if seen && first == name {
		return "", ""
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		if other, colliding := c.place(name[:i]); other != "" {
			return other, colliding
		}
	}
	if seen {
		return first, name
	}
	c.folded[key] = name
	return "", ""
}
