using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Demo;

namespace MeSign.Statements.Tests.Sandbox;

public sealed class DemoFolderTests : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("mesign-demo-folder-");

    public void Dispose() => _parent.Delete(recursive: true);

    [Fact]
    public void Replaces_what_an_earlier_demo_left_and_nothing_else()
    {
        var path = Path.Combine(_parent.FullName, "demo");
        string signed, outcomes, notes;
        using (var first = DemoFolder.Take(path))
        {
            signed = Path.Combine(first.Signed, "000001.pdf");
            outcomes = first.Outcomes;
            notes = Path.Combine(path, "documents", "notes.txt");
            foreach (var file in (string[])[signed, outcomes, notes])
                File.WriteAllText(file, "x");
        }

        using var second = DemoFolder.Take(path);

        File.Exists(signed).ShouldBeFalse();
        File.Exists(outcomes).ShouldBeFalse();
        File.Exists(notes).ShouldBeTrue();
    }

    [Fact]
    public void Refuses_a_folder_that_no_demo_made()
    {
        var foreign = Path.Combine(_parent.FullName, "root.pem");
        File.WriteAllText(foreign, "somebody's own");

        Should.Throw<SandboxException>(() => DemoFolder.Take(_parent.FullName)).Message.ShouldContain("--out");

        File.ReadAllText(foreign).ShouldBe("somebody's own");
    }

    [Fact]
    public void Refuses_a_folder_that_a_demo_is_running_in()
    {
        using var running = DemoFolder.Take(Path.Combine(_parent.FullName, "demo"));
        File.WriteAllText(running.Outcomes, "[]");

        Should.Throw<SandboxException>(() => DemoFolder.Take(running.Path)).Message.ShouldContain("Another demo");

        File.Exists(running.Outcomes).ShouldBeTrue();
    }
}
