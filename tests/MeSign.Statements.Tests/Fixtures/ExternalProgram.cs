using System.ComponentModel;
using System.Diagnostics;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>Another program (openssl, pdfsig, qpdf) as judge of what ours made.</summary>
/// <param name="ExitCode">0 where the program is content.</param>
/// <param name="Output">Standard output and standard error together, as text.</param>
internal sealed record ExternalProgram(int ExitCode, string Output)
{
    /// <summary>Runs the program in a folder and waits for its end.</summary>
    public static async Task<ExternalProgram> RunAsync(string program, string folder, params string[] arguments)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Messages in English, times in UTC, whatever the developer's machine speaks.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new ExternalProgram(process.ExitCode, await output + await errors);
    }

    /// <summary>Asserts that the program is content, and shows what it said where it is not.</summary>
    public ExternalProgram ShouldSucceed()
    {
        ExitCode.ShouldBe(0, Output);
        return this;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"The tests need {start.FileName}: tests/run.sh installs it on Debian and Ubuntu.", missing);
        }
    }
}
