using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Cli.Submit;

/// <summary>Fills a job's template before the job is submitted, where this machine has the settings of its issuer.</summary>
internal sealed class TemplateCheck(IConfiguration configuration, IServiceProvider parts)
{
    private IssuerDirectory? _issuers;

    /// <summary>Why templates that are configured here could not be used; null where nothing stood in the way.</summary>
    public string? Skipped { get; private set; }

    /// <returns>What the pipeline would end the job with; null for nothing, or where its issuer is not known here.</returns>
    public StatementFailedException? Fault(StatementJob job)
    {
        if (Skipped is not null || !configuration.GetSection($"MeSign:Issuers:{job.Issuer}").Exists())
            return null;
        try
        {
            _issuers ??= parts.GetRequiredService<IssuerDirectory>();
            parts.GetRequiredService<MakeMessage>().Check(job, _issuers.Get(job.Issuer));
            return null;
        }
        catch (StatementFailedException fault)
        {
            return fault;
        }
        catch (OptionsValidationException wrong)
        {
            // A machine that submits need not have the keys of one that signs.
            Skipped = wrong.Failures.FirstOrDefault() ?? wrong.Message;
            return null;
        }
    }
}
