using System.Text.Json;
using MeSign.Statements.Cli;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Cli.Sign;

/// <summary>Inputs and outputs.</summary>
public sealed class SignFilesTests : SignCommandBench
{
    [Fact]
    public async Task Signs_folders_and_prints_a_line_of_json_for_each_file()
    {
        var folder = Directory.CreateDirectory(_folder["october/a"]).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "1.pdf"), Document, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["october/2.pdf"], "no PDF", TestContext.Current.CancellationToken);

        var run = await CommandRun.OfAsync(["sign", _folder["october"], "--to", _folder["signed"], "--level", "B-B", "--certify", "none", "--json", .. _signer]);

        run.ExitCode.ShouldBe(1, run.Error);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => Path.GetFileName(line.GetProperty("file").GetString()!));
        lines["1.pdf"].GetProperty("result").GetString().ShouldBe("signed");
        lines["1.pdf"].GetProperty("certified").GetBoolean().ShouldBeFalse();
        lines["1.pdf"].GetProperty("milliseconds").GetInt64().ShouldBeGreaterThanOrEqualTo(0);
        lines["2.pdf"].GetProperty("result").GetString().ShouldBe("refused");
        lines["2.pdf"].GetProperty("code").GetString().ShouldBe(nameof(FailureCode.DocumentNotPdf));
        Directory.GetFiles(_folder["signed"], "*", SearchOption.AllDirectories).ShouldBe([_folder["signed/a/1.pdf"]]);
    }

    [Fact]
    public async Task An_output_that_exists_is_replaced_only_when_asked()
    {
        var output = _folder.Write("out.pdf", "earlier"u8);

        var refused = await CommandRun.OfAsync(["sign", _input, output, "--level", "B-B", .. _signer]);
        var untouched = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        var replaced = await CommandRun.OfAsync(["sign", _input, output, "--level", "B-B", "--overwrite", .. _signer]);

        refused.ExitCode.ShouldBe(1);
        refused.Output.ShouldContain("--overwrite");
        untouched.ShouldBe("earlier");
        replaced.ExitCode.ShouldBe(0, replaced.Output + replaced.Error);
        new FileInfo(output).Length.ShouldBeGreaterThan(Document.Length);
    }

    [Fact]
    public async Task The_input_is_never_replaced_not_even_by_way_of_a_link()
    {
        Directory.CreateSymbolicLink(_folder["link"], Path.GetDirectoryName(_input)!);

        var same = await CommandRun.OfAsync(["sign", _input, _input, "--level", "B-B", "--overwrite", .. _signer]);
        var linked = await CommandRun.OfAsync(["sign", _input, _folder["link/in.pdf"], "--level", "B-B", "--overwrite", .. _signer]);

        same.ExitCode.ShouldBe(2);
        linked.ExitCode.ShouldBe(1);
        (await File.ReadAllBytesAsync(_input, TestContext.Current.CancellationToken)).ShouldBe(Document);
    }

    [Fact]
    public async Task Stopped_it_leaves_no_half_file()
    {
        await using var timestamps = await TestTimestampServer.StartAsync();
        var root = _folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(TestAuthority.Shared.Root.ExportCertificatePem()));
        using var stop = new CancellationTokenSource();
        timestamps.Instead = async (context, _) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        await using var error = new StringWriter();

        var exit = await CommandLine.RunAsync(
            ["sign", _input, _folder["out/out.pdf"], "--tsa", timestamps.Address.ToString(), "--tsa-trust", root, .. _signer], TextWriter.Null, error, stop.Token);

        exit.ShouldBe(1);
        error.ToString().ShouldContain("stopped");
        Directory.GetFileSystemEntries(_folder["out"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_an_earlier_run_put_below_the_folder_is_no_input_of_the_next()
    {
        Directory.CreateDirectory(_folder["october"]);
        File.Copy(_input, _folder["october/1.pdf"]);

        var first = await CommandRun.OfAsync(["sign", _folder["october"], "--to", _folder["october/signed"], "--level", "B-B", .. _signer]);
        var second = await CommandRun.OfAsync(["sign", _folder["october"], "--to", _folder["october/signed"], "--level", "B-B", "--overwrite", .. _signer]);

        first.ExitCode.ShouldBe(0, first.Error + first.Output);
        second.ExitCode.ShouldBe(0, second.Error + second.Output);
        Directory.GetFiles(_folder["october/signed"], "*", SearchOption.AllDirectories).Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_named()
    {
        var run = await CommandRun.OfAsync(["sign", _input, Path.Combine(_input, "out.pdf"), "--level", "B-B", .. _signer]);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain($"{Path.Combine(_input, "out.pdf")} cannot be written: name another output");
    }
}
