using Azure;
using Azure.Identity;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Cli;

/// <summary>An exception as lines for a person, without a stack trace.</summary>
internal static class FailureReport
{
    /// <summary>What throws for a setting that cannot even be read as a number, a time or a name.</summary>
    private const string Binder = "Microsoft.Extensions.Configuration.Binder";

    /// <returns>The exit code that goes with it.</returns>
    public static async Task<int> WriteAsync(Exception exception, TextWriter error)
    {
        var (code, lines) = Describe(exception);
        foreach (var line in lines)
            await error.WriteLineAsync($"mesign: {PlainText.Of(line)}");
        return code;
    }

    private static (int Code, IEnumerable<string> Lines) Describe(Exception exception) => exception switch
    {
        CommandException command => (command.ExitCode, [command.Message]),
        OptionsValidationException settings => (ExitCodes.Usage, ["settings are wrong:", .. FaultsOf(settings).Distinct(StringComparer.Ordinal)]),
        AggregateException all when all.InnerExceptions.All(one => one is OptionsValidationException) =>
            (ExitCodes.Usage, ["settings are wrong:", .. all.InnerExceptions.Cast<OptionsValidationException>().SelectMany(FaultsOf).Distinct(StringComparer.Ordinal)]),
        InvalidOperationException { Source: Binder } setting => (ExitCodes.Usage, [FirstLine(setting.Message)]),
        StatementFailedException failed => (ExitCodes.Failed, [$"{failed.Code}: {failed.Detail}"]),
        StatementDelayedException delayed => (ExitCodes.Failed, [delayed.Message]),
        DecisionRefusedException refused => (ExitCodes.Failed, [refused.Message]),
        LedgerConflictException moved => (ExitCodes.Failed, [$"{moved.Key} moved on meanwhile: `mesign status {moved.Key.Batch}` shows where it is."]),
        RequestFailedException { Status: 403 } denied => (ExitCodes.Failed, [$"storage refuses this identity ({denied.ErrorCode}): see infra/ for the roles that it needs."]),
        RequestFailedException { Status: 404 } missing => (ExitCodes.Failed, [$"storage has no such thing ({missing.ErrorCode}): 'mesign run' and infra/ create what is needed."]),
        RequestFailedException { Status: > 0 } request => (ExitCodes.Failed, [$"storage answered {request.Status} {request.ErrorCode}."]),
        RequestFailedException or AggregateException => (ExitCodes.Failed, [$"storage cannot be reached: {exception.GetBaseException().Message}"]),
        AuthenticationFailedException authentication => (ExitCodes.Failed, [$"no identity for storage: {FirstLine(authentication.Message)}"]),
        FileNotFoundException or DirectoryNotFoundException or InvalidDataException => (ExitCodes.Usage, [exception.Message]),
        UnauthorizedAccessException or IOException => (ExitCodes.Failed, [exception.Message]),
        OperationCanceledException => (ExitCodes.Failed, ["stopped."]),
        _ => (ExitCodes.Failed, [$"unexpected {exception.GetType().Name}: {FirstLine(exception.Message)}"]),
    };

    /// <summary>Each with the section that its setting is in: every type of ours that is bound to one says which.</summary>
    private static IEnumerable<string> FaultsOf(OptionsValidationException settings)
    {
        var section = settings.OptionsType.GetField("Section")?.GetRawConstantValue() as string;
        return settings.Failures.Select(failure => section is null || failure.StartsWith("MeSign:", StringComparison.Ordinal) ? $"  {failure}" : $"  {section}:{failure}");
    }

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd();
}
