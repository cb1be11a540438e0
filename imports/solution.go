package imports

import "io/fs"

// solutionDir is the directory of the solution in a tests repository.
const solutionDir = "solution/"

// CopySolution copies a submission that must score full marks. It does nothing if sample is nil.
func (b *Bundle) CopySolution(sample fs.FS) error {
	if sample == nil {
		return nil
	}
	files, _, err := List(sample, ".")
	if err != nil {
		return err
	}
	for _, f := range files {
		b.CopyToSolution(f.Name, sample, f.Name, f.Executable)
	}
	return nil
}

// CopyToSolution adds one file to the solution. name is its path below the solution's directory.
func (b *Bundle) CopyToSolution(name string, from fs.FS, source string, executable bool) {
	b.Copy(solutionDir+name, from, source, executable)
	b.Assignment.Solution = solutionDir
}
