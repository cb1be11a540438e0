package course

// collisions judges whether a file system that ignores case could hold every path:
// no two names, of files or of directories, may differ in case alone.
func (f *findings) collisions(entries []TreeEntry) {
	first := map[string]string{}
	for _, e := range entries {
		for end := range len(e.Path) + 1 {
			if end < len(e.Path) && e.Path[end] != '/' {
				continue
			}
			name := e.Path[:end]
			other, seen := first[fold(name)]
			switch {
			case !seen:
				first[fold(name)] = name
			case other != name:
				f.add("%s and %s differ only in case, and some systems cannot hold both: rename one", show(other), show(name))
				return
			case end == len(e.Path):
				f.add("%s is in the tree twice: commit it again", show(name))
				return
			}
		}
	}
}
