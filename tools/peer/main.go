// Command pulumi-resource-peer is a tiny provider on Pulumi's own framework for Go providers.
//
// It keeps one resource, a file, as the tiny provider on gitinfra's framework does, so that a
// benchmark of both tells what the frameworks cost and nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"
)

func main() {
	provider, err := infer.NewProviderBuilder().WithResources(infer.Resource(File{})).Build()
	if err == nil {
		err = provider.Run(context.Background(), "peer", "0.1.0")
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: serving the peer provider: %v\n", err)
		os.Exit(1)
	}
}

// File is a file of the local disk; its id is its path.
type File struct{}

// FileArgs are the inputs of a File.
type FileArgs struct {
	Path    string `pulumi:"path" provider:"replaceOnChanges"`
	Content string `pulumi:"content"`
}

// FileState is a File as it was last written or read.
type FileState struct {
	FileArgs
}

// Annotate gives the token and the words of the schema.
func (f *File) Annotate(a infer.Annotator) {
	a.SetToken("index", "File")
	a.Describe(&f, "A file of the local disk.")
}

// Annotate gives the words of the schema.
func (args *FileArgs) Annotate(a infer.Annotator) {
	a.Describe(&args.Path, "Where the file is.")
	a.Describe(&args.Content, "What the file holds.")
}

// Create writes the file.
func (File) Create(_ context.Context, req infer.CreateRequest[FileArgs]) (infer.CreateResponse[FileState], error) {
	created := infer.CreateResponse[FileState]{ID: req.Inputs.Path, Output: FileState{req.Inputs}}
	if req.DryRun {
		return created, nil
	}
	return created, write(req.Inputs)
}

// Read takes the content from the disk; without the file, the answer without an id says that it is gone.
func (File) Read(
	_ context.Context, req infer.ReadRequest[FileArgs, FileState],
) (infer.ReadResponse[FileArgs, FileState], error) {
	content, err := os.ReadFile(req.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return infer.ReadResponse[FileArgs, FileState]{}, nil
	}
	if err != nil {
		return infer.ReadResponse[FileArgs, FileState]{}, fmt.Errorf("reading the file: %w", err)
	}
	args := FileArgs{Path: req.ID, Content: string(content)}
	return infer.ReadResponse[FileArgs, FileState]{ID: req.ID, Inputs: args, State: FileState{args}}, nil
}

// Update writes the new content; a new path is a replacement and never comes here.
func (File) Update(
	_ context.Context, req infer.UpdateRequest[FileArgs, FileState],
) (infer.UpdateResponse[FileState], error) {
	updated := infer.UpdateResponse[FileState]{Output: FileState{req.Inputs}}
	if req.DryRun {
		return updated, nil
	}
	return updated, write(req.Inputs)
}

// Delete removes the file; one that is gone already is removed.
func (File) Delete(_ context.Context, req infer.DeleteRequest[FileState]) (infer.DeleteResponse, error) {
	err := os.Remove(req.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return infer.DeleteResponse{}, fmt.Errorf("removing the file: %w", err)
	}
	return infer.DeleteResponse{}, nil
}

func write(args FileArgs) error {
	if err := os.WriteFile(args.Path, []byte(args.Content), 0o644); err != nil {
		return fmt.Errorf("writing the file: %w", err)
	}
	return nil
}
