namespace MeSign.Statements.Cli.Submit;

/// <summary>A line now and then of how far a batch has come, beside the report.</summary>
internal sealed class SubmitProgress(TextWriter error, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private long _said = time.GetTimestamp();

    public void Report(int jobs, int uploaded)
    {
        if (time.GetElapsedTime(_said) < Pause)
            return;

        _said = time.GetTimestamp();
        error.WriteLine($"documents of {jobs} jobs are there, {uploaded} uploaded now …");
    }
}
