package sandbox

// Temp returns the directory for temporary files, beside Path: the TMPDIR of a step
// whose first Write it is. It lives as long as the scratch directory.
func (s *Scratch) Temp() string { return s.beside(tempDir) }
