package sandbox

// Temp returns the directory for temporary files, beside Path. It is the TMPDIR of a step whose
// first Write this scratch is. It lives as long as the scratch directory.
func (s *Scratch) Temp() string { return s.beside(tempDir) }
