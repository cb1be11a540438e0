package grade

import "context"

// ArchivesIn returns the image with archives that are made below dir.
func (i Image) ArchivesIn(ctx context.Context, dir string) (Image, error) {
	made, err := makeArchives(ctx, i, dir)
	i.archives = archives(made)
	return i, err
}

// WithoutArchives returns the image as it is on a machine that has none.
func (i Image) WithoutArchives() Image {
	i.archives = ""
	return i
}
